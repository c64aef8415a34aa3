import type { Facts } from "../state/facts.ts";
import type { Happening } from "../state/transition.ts";
import { discard } from "./disposal.ts";
import { call } from "./event.ts";
import type { LoadContext } from "./options.ts";
import { noteOf, outcomeOf } from "./outcome.ts";
import type { Core } from "./core.ts";

/** One load, while the slot is its own. */
export interface ActiveRun {
  /** Made for whoever asks first: it costs more than the rest of a load. */
  controller: AbortController | undefined;
  /** Started for `reload()`: what was rejected before is tried again. */
  readonly forced: boolean;
  /** When the slot is freed, whatever the loader does; in request mode a lease that its request renews. */
  deadline: number;
  /** What it brought, once it has. */
  candidate?: unknown;
}

/** What ends the run for its loader. */
export function controllerOf(active: ActiveRun): AbortController {
  return (active.controller ??= new AbortController());
}

/** Tells the loader that its run is over. On Workers a signal made in a request that is gone throws. */
export function abort(active: ActiveRun, reason?: Error): void {
  call(() => controllerOf(active).abort(reason));
}

/** What the loader is given. A literal with an accessor would make every load a third slower. */
export class Context<T> implements LoadContext<T> {
  /** The same for all, and each one's own, so that a copy has it too. */
  static readonly #signal: PropertyDescriptor & ThisType<Context<unknown>> = {
    enumerable: true,
    get() {
      return controllerOf(this.#active).signal;
    },
  };
  declare readonly signal: AbortSignal;
  readonly previous: T | undefined;
  readonly revision: string | undefined;
  readonly asOf: number | undefined;
  readonly rejected: string | undefined;
  readonly attempt: number;
  readonly #active: ActiveRun;

  constructor(active: ActiveRun, { held, failures, rejected }: Facts<T>) {
    this.#active = active;
    Object.defineProperty(this, "signal", Context.#signal);
    this.previous = held?.value;
    this.revision = held?.revision;
    this.asOf = held?.asOf;
    this.rejected = active.forced ? undefined : rejected;
    this.attempt = failures + 1;
  }
}

/**
 * Runs the loader once and tells the core how it ended, unless the slot was freed in the meantime:
 * then whatever it brings is discarded. Never rejects.
 */
export async function run<T>(core: Core<T>, active: ActiveRun, context: LoadContext<T>): Promise<void> {
  const { host, options } = core;
  let candidate: T | undefined;
  let refused: string | undefined;
  let event: Happening<T>;
  try {
    // A throw ends the run a microtask later, as a rejection does, and not inside whoever started it.
    const outcome = outcomeOf(await (async () => options.load(context))());
    const held = core.facts.held?.value;
    // SAFETY: the types of the options bind what the loader returns to T.
    if (!Object.is(outcome.value, held)) active.candidate = candidate = outcome.value as T | undefined;
    const { revision, asOf: vouched } = noteOf(outcome);
    if (core.active === active && candidate !== undefined) {
      refused = revision;
      if (!active.forced && revision !== undefined && revision === core.facts.rejected)
        throw new Error("refused before; answer unchanged({ revision })");
      if ((await options.validate?.(candidate, held)) === false) throw new Error("validate refused the value");
    }
    const at = host.now();
    const asOf = vouched === undefined ? vouched : Math.floor(at - Math.max(0, host.clock.wall() - vouched));
    event =
      candidate === undefined
        ? { type: "unchanged", at, revision, asOf }
        : { type: "loaded", at, value: candidate, revision, asOf };
  } catch (error) {
    const failure = { error, at: host.now() };
    event = { type: "failed", failure: refused === undefined ? failure : { ...failure, revision: refused } };
  }
  const owns = core.active === active;
  // Request mode forgets the runs whose request ended; a thawed one may settle all the same.
  if (!owns && core.abandoned) core.abandoned--;
  if (owns) core.end(event);
  if (candidate === undefined || candidate === context.previous || (owns && event.type === "loaded")) return;
  // Two loads may share one promise: the one that has the slot now gets the very same a moment later.
  if (core.active) await Promise.resolve();
  discard(core, candidate);
}
