/** What one HTTP attempt of the kubelet met. */
export type Met =
  /** Refused, reset, timed out before the head came, or ten redirects. */
  | { readonly kind: "nothing" }
  /** A head came; `bodyBroke` where the body broke off or took too long. A body over 10 KiB is only cut. */
  | { readonly kind: "answer"; readonly status: number; readonly bodyBroke: boolean };

/** What the kubelet makes of one attempt (`pkg/probe/http`). */
export type Attempt = "success" | "warning" | "failure" | "error";

/** What a run of up to three attempts says; a discarded one moves no counter. */
export type RunResult = "success" | "failure" | "discarded";

/** The verdict on one attempt. A body that breaks off is an error, which is no failure. */
export function attemptOf(met: Met): Attempt {
  if (met.kind === "nothing") return "failure";
  if (met.bodyBroke) return "error";
  if (met.status >= 200 && met.status < 300) return "success";
  return met.status >= 300 && met.status < 400 ? "warning" : "failure";
}

/** What a redirect leads to: followed on the same host name, ten at most; to another host it is the answer. */
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
