/** The result of one HTTP attempt of the kubelet. */
export type ProbeAnswer =
  /** The connection was refused or reset, the head did not come in time, or there were ten redirects. */
  | { readonly kind: "nothing" }
  /** A head came. `bodyBroke` means that the body broke off or took too long. A body over 10 KiB is only cut. */
  | { readonly kind: "answer"; readonly status: number; readonly bodyBroke: boolean };

/** No answer came. */
export const NO_ANSWER: ProbeAnswer = Object.freeze({ kind: "nothing" });

const ANSWERS: ProbeAnswer[] = [];

/** A whole answer with a status. The same object each time, because a simulation asks millions of times. */
export function answerWith(status: number): ProbeAnswer {
  return (ANSWERS[status] ??= Object.freeze({ kind: "answer", status, bodyBroke: false }));
}

/** The verdict of the kubelet on one attempt (`pkg/probe/http`). */
export type Attempt = "success" | "warning" | "failure" | "error";

/** The verdict on a run of up to three attempts. A discarded run changes no counter. */
export type RunResult = "success" | "failure" | "discarded";

/** Judges one attempt. A body that breaks off is an error, and not a failure. */
export function attemptOf(answer: ProbeAnswer): Attempt {
  if (answer.kind === "nothing") return "failure";
  if (answer.bodyBroke) return "error";
  if (answer.status >= 200 && answer.status < 300) return "success";
  return answer.status >= 300 && answer.status < 400 ? "warning" : "failure";
}

/** Follows a redirect on the same host name, at most ten times. A redirect to another host is the answer itself. */
export function redirectOf(firstHost: string, nextHost: string, followed: number): "follow" | "stop" | "failure" {
  if (nextHost !== firstHost) return "stop";
  return followed >= 10 ? "failure" : "follow";
}

/** One probe run: up to three attempts in a row, as long as they end in an error (`prober.go`). */
export function runOf(attempt: () => Attempt): RunResult {
  for (let tries = 0; tries < 3; tries += 1) {
    const made = attempt();
    if (made === "error") continue;
    return made === "failure" ? "failure" : "success";
  }
  return "discarded";
}
