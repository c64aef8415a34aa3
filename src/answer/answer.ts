import type { Registry } from "../health/registry.ts";
import type { Verdict } from "../health/verdict.ts";
import type { Probe } from "./paths.ts";

/** A whole HTTP answer as plain data. `new Response(answer.body, answer)` accepts it. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** ASCII or UTF-8 text. It is empty for HEAD. */
  readonly body: string;
}

/** The parts of an answer, without its status. */
interface AnswerParts {
  readonly body?: string;
  readonly contentType?: string;
  /** Added to the usual headers. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The length of the body. Without it, each character counts as one byte. */
  readonly bytes?: number | undefined;
}

/** An answer with the headers of every answer. */
export function answerWith(status: number, parts: AnswerParts = {}): Answer {
  const { body = "", contentType, headers, bytes = body.length } = parts;
  return Object.freeze({
    status,
    headers: Object.freeze({
      ...(contentType && { "content-type": contentType }),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": String(bytes),
      ...headers,
    }),
    body,
  });
}

/** The answer for a path that is no probe. */
export const NOT_FOUND: Answer = /* @__PURE__ */ answerWith(404);

/**
 * The answer for every method except GET and HEAD. OPTIONS gets it too, because HAProxy sends OPTIONS by default, and
 * an automatic 204 would report an unready server as healthy.
 */
export const METHOD_NOT_ALLOWED: Answer = /* @__PURE__ */ answerWith(405, { headers: { allow: "GET, HEAD" } });

/** The answer for a verdict. The status, `health-state` and `retry-after` do not depend on the form. */
export function answerOf(
  probe: Probe,
  { ok, worst, retryAfter }: Verdict,
  form: Required<Pick<AnswerParts, "body" | "contentType">> & Pick<AnswerParts, "bytes">,
): Answer {
  return answerWith(ok ? 200 : 503, {
    ...form,
    headers: {
      // Liveness does not depend on data.
      ...(probe !== "liveness" && { "health-state": worst }),
      ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
    },
  });
}

/**
 * Returns the text answer to a probe. An answer is created again only when it changes.
 *
 * @internal
 */
export function createTextAnswers(registry: Registry): (probe: Probe) => Answer {
  const made: { [P in Probe]?: Verdict & { readonly answer: Answer } } = {};
  return (probe) => {
    const verdict = registry[probe]();
    const { outcome, worst, retryAfter } = verdict;
    const last = made[probe];
    if (last?.outcome === outcome && last.worst === worst && last.retryAfter === retryAfter) return last.answer;
    const answer = answerOf(probe, verdict, {
      body: registry.words[outcome],
      contentType: "text/plain; charset=utf-8",
    });
    made[probe] = { ...verdict, answer };
    return answer;
  };
}
