import type { Registry } from "../health/registry.ts";
import type { Verdict } from "../health/verdict.ts";
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

/** An answer with the headers that every one has. */
export function answerWith(
  status: number,
  body = "",
  contentType?: string,
  extra?: Readonly<Record<string, string>>,
  bytes: number = body.length,
): Answer {
  return Object.freeze({
    status,
    headers: Object.freeze({
      ...(contentType && { "content-type": contentType }),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": String(bytes),
      ...extra,
    }),
    body,
  });
}

/** A path that is not ours. */
export const NOT_FOUND: Answer = /* @__PURE__ */ answerWith(404);

/**
 * A method that is not ours, OPTIONS too: it is HAProxy's default, and an automatic 204 would call an
 * unready server healthy.
 */
export const METHOD_NOT_ALLOWED: Answer = /* @__PURE__ */ answerWith(405, "", "", { allow: "GET, HEAD" });

/** The answer that follows from a verdict, whatever form the body has. */
export function answerOf(
  probe: Probe,
  { worst, retryAfter }: Verdict,
  body: string,
  contentType: string,
  bytes?: number,
): Answer {
  return answerWith(
    retryAfter ? 503 : 200,
    body,
    contentType,
    {
      // Liveness knows nothing of data.
      ...(probe !== "liveness" && { "health-state": worst }),
      ...(retryAfter && { "retry-after": String(retryAfter) }),
    },
    bytes,
  );
}

/** Gives the text answer to a probe; made anew only when it changes. */
export function createTextAnswers(registry: Registry, words: Words): (probe: Probe) => Answer {
  const made: { [P in Probe]?: Verdict & { readonly answer: Answer } } = {};
  return (probe) => {
    const verdict = registry[probe]();
    const { word, worst, retryAfter } = verdict;
    const last = made[probe];
    if (last?.word === word && last.worst === worst && last.retryAfter === retryAfter) return last.answer;
    const answer = answerOf(probe, verdict, words[word], "text/plain; charset=utf-8");
    made[probe] = { ...verdict, answer };
    return answer;
  };
}
