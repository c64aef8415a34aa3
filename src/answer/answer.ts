import type { Registry } from "../health/registry.ts";
import type { Verdict } from "../health/verdict.ts";
import { UNPLANNED_RETRY_SECONDS } from "../resource/error.ts";
import type { Probe } from "./paths.ts";
import type { Words } from "./words.ts";

/** A whole HTTP answer as plain data; also what `new Response(answer.body, answer)` takes. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** ASCII or UTF-8 text; empty for HEAD. */
  readonly body: string;
}

/** What an answer with no body of its own says. */
const EMPTY = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-length": "0",
} as const;

/** A path that is not ours. */
export const NOT_FOUND: Answer = Object.freeze({ status: 404, headers: Object.freeze({ ...EMPTY }), body: "" });

/**
 * A method that is not ours, OPTIONS too: it is HAProxy's default, and an automatic 204 would call an
 * unready server healthy (SPEC section 5).
 */
export const METHOD_NOT_ALLOWED: Answer = Object.freeze({
  status: 405,
  headers: Object.freeze({ ...EMPTY, allow: "GET, HEAD" }),
  body: "",
});

/** Puts a text into an answer with the headers that every probe's answer has. */
export function textAnswer(
  status: number,
  body: string,
  contentType: string,
  extra?: Readonly<Record<string, string>>,
): Answer {
  return {
    status,
    headers: Object.freeze({
      "content-type": contentType,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": String(new TextEncoder().encode(body).length),
      ...extra,
    }),
    body,
  };
}

/** What a probe is answered, before it has a form. */
export interface Ruling {
  readonly probe: Probe;
  readonly verdict: Verdict;
  /** Seconds; 0 where the answer is 200. */
  readonly retryAfter: number;
}

/** Asks the registry on behalf of a probe. */
export function rulingOf(registry: Registry, probe: Probe): Ruling {
  const verdict = registry[probe]();
  const retryAfter =
    verdict.word === "alive" ? 0 : probe === "liveness" ? UNPLANNED_RETRY_SECONDS : registry.retryAfter();
  return { probe, verdict, retryAfter };
}

/** The status and headers that follow from a ruling, whatever form the body has. */
export function answerOf({ probe, verdict, retryAfter }: Ruling, body: string, contentType: string): Answer {
  return textAnswer(retryAfter ? 503 : 200, body, contentType, {
    // Liveness knows nothing of data.
    ...(probe !== "liveness" && { "health-state": verdict.worst }),
    ...(retryAfter && { "retry-after": String(retryAfter) }),
  });
}

/** Gives the text answer to a probe; made anew only when it changes. */
export function createTextAnswers(registry: Registry, words: Words): (probe: Probe) => Answer {
  const made: { [P in Probe]?: Ruling & { readonly answer: Answer } } = {};
  return (probe) => {
    const ruling = rulingOf(registry, probe);
    const last = made[probe];
    if (last && last.verdict === ruling.verdict && last.retryAfter === ruling.retryAfter) return last.answer;
    const answer = Object.freeze(answerOf(ruling, words[ruling.verdict.word], "text/plain; charset=utf-8"));
    made[probe] = { ...ruling, answer };
    return answer;
  };
}
