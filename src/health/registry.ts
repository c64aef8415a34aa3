import { refuse } from "../state/refusal.ts";
import type { Clock } from "../resource/clock.ts";
import type { Core } from "../resource/core.ts";
import type { Listener } from "../resource/event.ts";
import type { Host } from "../resource/host.ts";
import type { ResourceOptions } from "../resource/options.ts";
import type { Verdict } from "./verdict.ts";

/** How loads are driven where no timer may outlive a request; made by `onRequest()`. */
export interface RefreshMode {
  /** How long a probe may wait for the loads it starts, in ms. */
  readonly probeWaitMs: number;
  /** What the schedule has for a timer: none. */
  setTimer(): () => void;
  /** Puts its own way in the place of what waits for loads, in a new registry. */
  drive(registry: Registry): void;
}

/** What the registry is made with. */
export interface RegistryOptions {
  /**
   * Names that must be registered before readiness can be 200: a resource that nobody remembered to
   * register counts as NOT_LOADED.
   * @default none
   */
  readonly expect?: readonly string[];
  /**
   * How loads are driven: `onRequest()` where no timer may outlive a request (Workers, Lambda, Vercel).
   * @default in the background, by one timer that does not keep the process alive
   */
  readonly refresh?: RefreshMode;
  /**
   * Where time, timers and chance come from.
   * @default the platform's own
   */
  readonly clock?: Clock;
}

/** The resources of one health, and the verdict over them, kept current by transitions. */
export interface Registry {
  readonly host: Host;
  readonly cores: ReadonlyMap<string, Core<unknown>>;
  /** Names that must be registered. */
  readonly expected: ReadonlySet<string>;
  /** Handed in by `heartbeat()`: whether each is overdue, by name. */
  heartbeats: Map<string, () => boolean> | undefined;
  readiness(): Verdict;
  startup(): Verdict;
  liveness(): Verdict;
  /** Registers a resource; `starts` says whether startup may wait for it. */
  add<T>(name: string, options: ResourceOptions<T>, starts: boolean): Core<T>;
  subscribe(listener: Listener): () => void;
  whenReady(signal: AbortSignal | undefined): Promise<void>;
  start(): void;
  drain(): void;
  close(): Promise<void>;
}

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** @throws TypeError unless the name is lower-case letters, digits and dashes, at most 63, a letter first */
export function checkName(option: string, name: unknown): asserts name is string {
  if (typeof name !== "string" || !NAME.test(name)) refuse(option, name, `a name such as "index", by ${NAME}`);
}

// A registered symbol: copies of the package in one process know each other's healths.
const REGISTRY: unique symbol = Symbol.for("health-state.registry");

/** Remembers whose registry this is, for the parts that are handed in. */
export function keepRegistry(health: object, registry: Registry): void {
  Object.defineProperty(health, REGISTRY, { value: registry });
}

/** @throws TypeError unless it is what `createHealth()` gave */
export function registryOf(health: object): Registry {
  // SAFETY: only keepRegistry() writes under the symbol.
  const { [REGISTRY]: registry } = Object(health) as { readonly [REGISTRY]?: Registry };
  return registry ?? refuse("health", health, "what createHealth() returned");
}
