import type { Registry } from "../health/registry.ts";
import { ignoreRejection } from "../option/call-safely.ts";
import { invalidOption } from "../option/invalid-option.ts";
import { answerOf, type Answer } from "../answer/answer.ts";
import { toHealthJson } from "./health-json.ts";
import type { Probe } from "../answer/paths.ts";
import { reportOf } from "./report.ts";
import { toVerboseText } from "./verbose-text.ts";

/** Who gets details: nobody, everybody, or the requests for which a function returns `true`. */
export type DetailsAccess = "never" | "always" | ((request: Request) => boolean);

/** How an adapter reads a request of its platform. */
export interface Platform<R> {
  /** The `accept` header. */
  accept(raw: R): string | null | undefined;
  /** Returns the request as a web Request. It is called only if the request asks for details. */
  request(raw: R): Request;
}

/** A request, as an adapter passes it. */
export interface AskedRequest<R> {
  /** The request's target or URL. */
  readonly target: string;
  /** The request of the platform. */
  readonly raw: R;
  readonly platform: Platform<R>;
}

/** Returns the detailed answer, or `undefined` for the plain word. Created by `details()`. */
export interface Details {
  /** @internal */
  <R>(registry: Registry, probe: Probe, asked: AskedRequest<R>): Answer | undefined;
  /** Whether anybody gets the detailed forms. If so, `openapi()` describes them. */
  readonly isOffered?: boolean;
  /** Whether a request has access. The status page calls it. */
  readonly allows?: (request: () => Request) => boolean;
}

/**
 * Allows the detailed forms, for `createHealth({ details: details("always") })`. `?verbose` returns one line for each
 * resource. `accept: application/health+json` (or `application/json`) returns JSON. The status code does not change.
 * Both contain error texts, so allow them only to people you trust.
 *
 * @param access who gets them. If a function throws, or returns anything but `true`, access is denied.
 * @throws TypeError for anything else
 * @example
 * createHealth({ details: details((request) => request.headers.get("x-key") === key) });
 */
export function details(access: DetailsAccess): Details {
  if (access !== "never" && access !== "always" && typeof access !== "function")
    invalidOption("details", access, '"never", "always" or a function of the Request');
  const answer: Details = (registry, probe, { target, raw, platform }) => {
    const type = formOf(target, platform.accept(raw));
    if (type === undefined || !allows(access, () => platform.request(raw))) return undefined;
    const report = reportOf(registry, probe);
    const body = type === TEXT ? toVerboseText(report) : toHealthJson(report);
    return answerOf(probe, report.verdict, {
      body,
      contentType: type,
      bytes: new TextEncoder().encode(body).length,
    });
  };
  return Object.assign(answer, {
    isOffered: access !== "never",
    allows: (request: () => Request) => allows(access, request),
  });
}

const TEXT = "text/plain; charset=utf-8";

function formOf(target: string, accept: string | null | undefined): string | undefined {
  const types = (accept ?? "").split(",").map((type) => type.split(";", 1)[0]?.trim().toLowerCase());
  if (!["text/plain", "text/*", "*/*"].some((type) => types.includes(type)))
    for (const type of ["application/health+json", "application/json"]) if (types.includes(type)) return type;
  return /^[^?#]*\?(?:[^#]*&)?verbose(?:[=&#]|$)/.test(target) ? TEXT : undefined;
}

function allows(access: DetailsAccess, request: () => Request): boolean {
  if (typeof access !== "function") return access === "always";
  try {
    const answer: unknown = access(request());
    ignoreRejection(answer);
    return answer === true;
  } catch {
    return false;
  }
}
