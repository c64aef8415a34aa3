import { METHOD_NOT_ALLOWED, NOT_FOUND } from "../answer/answer.ts";
import type { Details } from "../details/details.ts";
import type { Health } from "../handler/health.ts";
import { internalsOf } from "../handler/internals.ts";
import { responseOf } from "../handler/response.ts";
import { registryOf } from "../health/registry-of.ts";
import { checkOptions } from "../option/check-options.ts";
import { ignoreRejection } from "../option/call-safely.ts";
import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import { readPage } from "./page-model.ts";
import { policyOf } from "./policy.ts";
import { renderPage, renderPart } from "./render.ts";
import { Streams } from "./streams.ts";
import { Timeline } from "./timeline.ts";

/** The options of `statusPage()`. */
export interface StatusPageOptions {
  /**
   * Who may see the page: `details("always")`, or `details((request) => …)`. The page contains error texts.
   * @default the `details` of the health
   */
  readonly details?: Details | undefined;
}

/** Answers with the page. Mount it at its own path. */
export interface StatusPage {
  (request: Request): Promise<Response>;
  /** Ends the recording of the timeline. */
  end(): void;
}

/**
 * Creates an HTML page with the current state: each resource with its state, age, limits, revision, last error and next
 * attempt. It also shows the three probes, the heartbeats, and the events of the last hour.
 *
 * The page loads nothing from other servers, has a strict Content Security Policy, and works without JavaScript. With
 * JavaScript, it updates itself with server-sent events. In request mode, it polls every five seconds. Without access
 * it answers 404. Each update checks the access again. The streams end when the drain begins.
 *
 * The list of events begins with this call, and has at most 1,000 entries in memory.
 *
 * @returns a Fetch handler
 * @throws TypeError if `health` is not a health, or for a wrong option
 * @example
 * const page = statusPage(health, { details: details((request) => request.headers.get("x-key") === key) });
 */
export function statusPage(health: Health, options: StatusPageOptions = {}): StatusPage {
  const registry = registryOf(health);
  const { details = internalsOf(health).details } = checkOptions("statusPage()", options, ["details"], []);
  if (details !== undefined && typeof propertyOf(details, "allows") !== "function")
    invalidOption("details", details, 'the result of details("always")');
  const timeline = new Timeline(registry);
  const end = registry.subscribe((event) => timeline.add(event), "part");
  const read = (): ReturnType<typeof readPage> => readPage(health, registry, timeline);
  const streams = new Streams(registry, () => renderPart(read()));
  const live = registry.driver.kind === "request" ? "poll" : "stream";

  const answer = async (request: Request): Promise<Response> => {
    const url = propertyOf(request, "url");
    // A request of node:http or Express has a url too, which is a path alone.
    if (typeof url !== "string" || !URL.canParse(url))
      invalidOption("request", request, "a web Request; toListener() of health-state/node makes one");
    const isAllowed = (): boolean => mayUse(details, request);
    if (!isAllowed()) return responseOf(NOT_FOUND);
    if (request.method !== "GET" && request.method !== "HEAD") return responseOf(METHOD_NOT_ALLOWED);
    const { searchParams } = new URL(url);
    if (searchParams.has("live")) {
      if (live === "poll" || request.method === "HEAD") return responseOf(NOT_FOUND);
      if (streams.isFull) return new Response(null, { status: 503, headers: { ...HEADERS, "retry-after": "5" } });
      return new Response(streams.open(isAllowed), { headers: { ...HEADERS, "content-type": "text/event-stream" } });
    }
    const text = searchParams.has("part") ? renderPart(read()) : renderPage(read(), live);
    const headers = {
      ...HEADERS,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": await policyOf(),
    };
    return new Response(request.method === "HEAD" ? null : text, { headers });
  };
  return Object.assign(answer, { end });
}

/** Whether a request has access. An object of the user may throw or reject, and then it has none. */
function mayUse(given: Details | undefined, request: Request): boolean {
  try {
    const answer: unknown = given?.allows?.(() => request);
    ignoreRejection(answer);
    return answer === true;
  } catch {
    return false;
  }
}

/** The page may hold secrets. It must not be cached or framed, and it must not send its address to other sites. */
const HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
};
