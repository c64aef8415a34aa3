import type { Configuration, Plan } from "./plan.ts";

/**
 * How a statement is known: seen with the real program, read in its source, read in its documentation,
 * or general knowledge that nobody confirmed for this list.
 */
export type Certainty = "run" | "src" | "doc" | "mem";

/** What a client does with its verdict. `waits` holds something back until the first pass. */
export type Effect = "routes" | "restarts" | "replaces" | "waits" | "reports";

/** One setting, under the name that the client's own documentation gives it. */
export interface Setting {
  /** What holds if nothing is said; `null` where it must be said or is off. Numbers are seconds or counts. */
  readonly value: number | string | null;
  /** The smallest accepted. */
  readonly least?: number;
  /** The largest accepted. */
  readonly most?: number;
}

/** What a check sends unless configured. */
export interface Sent {
  /** The method, or `command` where a program in the container decides. */
  readonly method: "GET" | "OPTIONS" | "TCP connect" | "command";
  readonly httpVersion: "1.0" | "1.1" | "1.1 or 2" | "none" | "unknown";
  /** What the `Host` header says; `null` where none is sent. */
  readonly host: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly connection: "close" | "keep-alive" | "unknown";
}

/** Which answers pass. */
export interface Passing {
  /** First and last status of each range that passes; empty where an exit code decides. */
  readonly statuses: readonly (readonly [first: number, last: number])[];
  /** Statuses that are neither up nor down. */
  readonly warns?: readonly number[];
  /** The setting that replaces the ranges. */
  readonly setting?: string;
}

/** What the client can ask of a body. */
export interface BodyMatch {
  readonly match:
    | "none"
    | "substring"
    | "substring, ignoring case"
    | "regex"
    | "substrings in order, written in hex"
    | "digest or regex"
    | "expression"
    | "script";
  /** The setting that holds it. */
  readonly setting?: string;
  /** As many bytes as are looked at. */
  readonly limit?: number;
  /** Whether a body rule alone accepts any status. */
  readonly alone?: boolean;
}

/** Where traffic goes when no backend passes. */
export interface AllDown {
  readonly traffic: "all" | "none" | "fallback" | "unaffected";
  /** A clause without a full stop. */
  readonly text: string;
}

/** One health-check client, as data. Everything said about it elsewhere is derived from this. */
export interface Prober<Field extends string = string> {
  /** As `health-state config` takes it. */
  readonly name: string;
  readonly title: string;
  readonly sent: Sent;
  readonly passes: Passing;
  readonly body: BodyMatch;
  /** What happens to a 3xx that names another place. */
  readonly redirects: "followed" | "followed on the same host" | "a pass" | "a failure" | "script" | "unknown";
  readonly settings: Readonly<Record<Field, Setting>>;
  /** What each separate check brings about; a check with several effects has them all at once. */
  readonly checks: readonly (readonly Effect[])[];
  /** What it does on failure, in one sentence without a full stop. */
  readonly onFailure: string;
  readonly allDown: AllDown;
  /** What else a reader has to know, each a sentence. */
  readonly notes: readonly string[];
  readonly sources: readonly string[];
  readonly sure: readonly Certainty[];
  /**
   * The configuration for a service, each in the client's own format.
   *
   * @throws ConfigRefusedError for what cannot work
   */
  readonly configure: (plan: Plan) => readonly Configuration[];
}

/** What a client makes of a status, as far as its default settings go. */
export function verdictOf(prober: Prober, status: number): "pass" | "warn" | "fail" {
  if (prober.passes.warns?.includes(status)) return "warn";
  return prober.passes.statuses.some(([first, last]) => status >= first && status <= last) ? "pass" : "fail";
}

/** Which probe a check with these effects must ask: what restarts or replaces must never ask readiness. */
export function probeOf(effects: readonly Effect[]): "readiness" | "liveness" | "startup" {
  if (effects.includes("restarts") || effects.includes("replaces")) return "liveness";
  return effects.includes("routes") || effects.includes("reports") ? "readiness" : "startup";
}
