import { toSafeText } from "health-state";
import type { Io } from "../io/io.ts";

/** One resource, as a running service tells of it. */
export interface SeenResource {
  readonly name: string;
  readonly state: string;
  readonly isRequired: boolean;
  /** In seconds; missing while there is no value. */
  readonly age: number | undefined;
  /** In seconds; missing for never. */
  readonly staleAfter: number | undefined;
  readonly refuseAfter: number | undefined;
  readonly revision: string | undefined;
  readonly generation: number;
  readonly isRefreshing: boolean;
  readonly attempt: number;
  /** When the last successful load started. */
  readonly checkedAt: string | undefined;
  readonly error: string | undefined;
}

/** What a service said at one moment. */
export interface Seen {
  /** Why it could not be asked. */
  readonly failure: string | undefined;
  readonly readiness: string | undefined;
  readonly isReady: boolean;
  readonly liveness: string | undefined;
  /** Missing if the service gives no details. */
  readonly resources: readonly SeenResource[] | undefined;
}

const ACCEPT = "application/health+json";

/** Asks a service for its readiness with details, and for its liveness. It never rejects. */
export async function look(url: string, io: Pick<Io, "fetch">): Promise<Seen> {
  try {
    const [answer, live] = await Promise.all([
      io.fetch(url, ACCEPT),
      io.fetch(livenessOf(url), "text/plain").catch(() => undefined),
    ]);
    const resources = answer.contentType.includes("json") ? resourcesOf(answer.body) : undefined;
    const word = resources ? wordOf(answer) : answer.body;
    return {
      failure: undefined,
      readiness: said(answer.status, word),
      isReady: answer.status === 200,
      // A path of another service's says something else there.
      liveness: live && (live.status === 200 || live.status === 503) ? said(live.status, live.body) : undefined,
      resources,
    };
  } catch (error) {
    return {
      failure: reasonOf(error),
      readiness: undefined,
      isReady: false,
      liveness: undefined,
      resources: undefined,
    };
  }
}

/** The state of the data, unless the service refuses although its data is good. */
function wordOf({ state = "", body }: { readonly state?: string | undefined; readonly body: string }): string {
  const given = parsed(body);
  return isObject(given) && given["output"] === "draining" ? "DRAINING" : state;
}

/** Liveness is nested under readiness, unless the service has paths of its own. */
function livenessOf(url: string): string {
  const live = new URL(url);
  live.pathname = `${live.pathname.replace(/\/$/, "")}/live`;
  return live.href;
}

function said(status: number | undefined, word: string): string {
  // A page of another program is cut to what fits a line.
  return `${status ?? ""} ${toSafeText(word.slice(0, 60))}`.trim();
}

type Json = Readonly<Record<string, unknown>>;

function resourcesOf(body: string): readonly SeenResource[] | undefined {
  const given = parsed(body);
  const checks = isObject(given) ? given["checks"] : undefined;
  if (!isObject(checks)) return undefined;
  return Object.entries(checks).flatMap(([key, list]) => {
    const check: unknown = Array.isArray(list) ? list[0] : undefined;
    return key.endsWith(":age") && isObject(check) ? [resourceOf(key.slice(0, -4), check)] : [];
  });
}

function resourceOf(name: string, check: Json): SeenResource {
  const limits = isObject(check["limits"]) ? check["limits"] : {};
  return {
    name: toSafeText(name),
    state: textOf(check["state"]) ?? "?",
    isRequired: check["required"] !== false,
    age: numberOf(check["observedValue"]),
    staleAfter: numberOf(limits["staleAfter"]),
    refuseAfter: numberOf(limits["refuseAfter"]),
    revision: textOf(check["revision"]),
    generation: numberOf(check["generation"]) ?? 0,
    isRefreshing: check["refreshing"] === true,
    attempt: numberOf(check["attempt"]) ?? 1,
    checkedAt: textOf(check["time"]),
    error: textOf(check["output"]),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? toSafeText(value) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return toSafeText(cause instanceof Error ? cause.message : cause);
}
