import type { Probe } from "../answer/paths.ts";
import { WORDS } from "../answer/words.ts";
import { toMs, type Duration } from "../state/duration.ts";
import { refuse } from "../state/refusal.ts";

/** What a generator has to know of the service. */
export interface ConfigOptions {
  /** The port it listens on. @default 8080 */
  readonly port?: number;
  /** The path in front of `/status`, as given to `createHealth({ base })`. @default "" */
  readonly base?: string;
  /** The longest that the first load may take. @default "60s" */
  readonly loadTime?: Duration;
  /** How soon a client that routes must have noticed a 503. @default "30s" */
  readonly reaction?: Duration;
  /** How long the service goes on serving after it said 503 on the way out. @default "10s" */
  readonly drain?: Duration;
  /** Whether stale data is better than no answer. @default false */
  readonly serveStale?: boolean;
}

/** The options resolved: times in whole seconds, paths whole. */
export interface Plan {
  readonly port: number;
  readonly paths: { readonly [P in Probe]: string };
  readonly loadSeconds: number;
  readonly reactionSeconds: number;
  readonly drainSeconds: number;
  readonly serveStale: boolean;
  /** The bodies that count as up where a body rule alone decides. */
  readonly alive: string;
  readonly stale: string;
}

/** One configuration in a client's own format. */
export interface Configuration {
  /** The name that such a file usually has. */
  readonly file: string;
  readonly format: string;
  readonly text: string;
  /** What the reader should know before using it, each a sentence. */
  readonly warnings: readonly string[];
}

/** Says that a client cannot be configured so that it works, and why. */
export class ConfigRefusedError extends Error {
  override readonly name = "ConfigRefusedError";
  readonly prober: string;
  readonly reason: string;
  constructor(prober: string, reason: string) {
    super(`${prober}: ${reason}`);
    this.prober = prober;
    this.reason = reason;
  }
}

/**
 * The options checked, with the defaults in place.
 *
 * @throws TypeError that names the option, the value and what is accepted
 */
export function planOf(options: ConfigOptions = {}): Plan {
  const { port = 8080, base = "", serveStale = false } = options;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) refuse("port", port, "a whole number from 1 to 65535");
  if (base !== "" && !/^(\/[A-Za-z0-9._~-]+)+$/.test(base))
    refuse("base", base, 'a path such as "/ops", without a slash at its end');
  return {
    port,
    // A test compares them with the paths of the core.
    paths: {
      readiness: `${base}/status`,
      liveness: `${base}/status/live`,
      startup: `${base}/status/startup`,
    },
    loadSeconds: secondsOf("loadTime", options.loadTime ?? "60s", 0),
    reactionSeconds: secondsOf("reaction", options.reaction ?? "30s", 1_000),
    drainSeconds: secondsOf("drain", options.drain ?? "10s", 0),
    serveStale,
    alive: WORDS.alive,
    stale: WORDS.stale,
  };
}

function secondsOf(option: string, given: Duration, leastMs: number): number {
  return Math.ceil(toMs(option, given, leastMs) / 1_000);
}
