import { createHealth, PATHS, toMs, WORDS, type Duration, type Paths, type Probe, type Words } from "health-state";
import { invalidOption } from "../../option/invalid-option.ts";

/** The properties of the service. */
export interface ConfigOptions {
  /** The port on which the service listens. @default 5100 */
  readonly port?: number;
  /** The path in front of the others, as given to `createHealth({ base })`. @default "" */
  readonly base?: string;
  /**
   * The paths, as given to `createHealth({ paths })`. `zPages` is a preset. If a probe has several paths, the first is used.
   * @default `/status`, `/status/live`, `/status/startup`
   */
  readonly paths?: Partial<Paths>;
  /** The words of the bodies, as given to `createHealth({ words })`. @default the library's */
  readonly words?: Partial<Words>;
  /** The longest time of the first load. @default "60s" */
  readonly loadTime?: Duration;
  /** The longest time until a prober that routes has noticed a 503. @default "30s" */
  readonly reaction?: Duration;
  /** How long the service keeps serving after readiness changed to 503 in a shutdown. @default "10s" */
  readonly drain?: Duration;
  /** Whether stale data is better than no answer. @default false */
  readonly serveStale?: boolean;
}

/** The checked options: times in whole seconds, and paths with the base. */
export interface Plan {
  readonly port: number;
  readonly paths: { readonly [P in Probe]: string };
  readonly loadSeconds: number;
  readonly reactionSeconds: number;
  readonly drainSeconds: number;
  readonly serveStale: boolean;
  /** The bodies that pass if only the body decides. */
  readonly alive: string;
  readonly stale: string;
}

/** One configuration in the format of the prober. */
export interface Configuration {
  /** The name that such a file usually has. */
  readonly file: string;
  readonly format: string;
  readonly text: string;
  /** What the reader must know first. Each is a whole sentence. */
  readonly warnings: readonly string[];
}

/** The prober cannot be configured for this service. `reason` says why. */
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
 * Checks the options, and adds the defaults.
 *
 * @throws TypeError that names the option, the value and what is accepted
 */
export function planOf(options: ConfigOptions = {}): Plan {
  const { port = 5100, serveStale = false } = options;
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    invalidOption("port", port, "a whole number from 1 to 65535");
  const words = plainWords(options);
  return {
    port,
    paths: pathsOf(options),
    loadSeconds: secondsOf("loadTime", options.loadTime ?? "60s", 0),
    reactionSeconds: secondsOf("reaction", options.reaction ?? "30s", 1_000),
    drainSeconds: secondsOf("drain", options.drain ?? "10s", 0),
    serveStale,
    alive: words.ok,
    stale: words.stale,
  };
}

/** Signs that no shell, pattern or file format reads as something else. */
const PLAIN_PATH = /^(\/[A-Za-z0-9._~%-]+)+$/;
const PLAIN_WORD = /^[A-Za-z0-9_-]+$/;

/** The first path of each probe, with the base in front. The library itself checks the options. */
function pathsOf({ base, paths }: ConfigOptions): Plan["paths"] {
  if (base !== undefined && base !== "" && !PLAIN_PATH.test(base))
    invalidOption("base", base, 'a path such as "/ops", without a slash at its end');
  createHealth({ ...(base !== undefined && { base }), ...(paths !== undefined && { paths }) });
  const all: Paths = { ...PATHS, ...paths };
  const pathOf = (probe: Probe): string => {
    const [first = ""] = [all[probe]].flat();
    const path = `${base ?? ""}${typeof first === "string" ? first : first.path}`;
    if (!PLAIN_PATH.test(path))
      invalidOption(
        `paths.${probe}`,
        path,
        "a path of letters, digits and the characters . _ ~ % -, because not every prober accepts others",
      );
    return path;
  };
  return { readiness: pathOf("readiness"), liveness: pathOf("liveness"), startup: pathOf("startup") };
}

/** The words with the user's own in place. */
function plainWords({ words = {} }: ConfigOptions): Words {
  createHealth({ words });
  for (const [name, word] of Object.entries(words))
    if (!PLAIN_WORD.test(word))
      invalidOption(`words.${name}`, word, "letters, digits, - and _, because some probers use a word as a pattern");
  return { ...WORDS, ...words };
}

function secondsOf(option: string, given: Duration, leastMs: number): number {
  return Math.ceil(toMs(option, given, leastMs) / 1_000);
}
