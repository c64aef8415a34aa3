import { discard } from "./disposal.ts";
import { call } from "./event.ts";
import type { LoadContext } from "./options.ts";
import { noteOf, valueOf } from "./outcome.ts";
import type { Core } from "./core.ts";

/** One load, while the slot is its own. */
export interface ActiveRun {
  /** Made for whoever asks first: it costs more than the rest of a load. */
  controller: AbortController | undefined;
  /** Started for `reload()`: what was rejected before is tried again. */
  readonly forced: boolean;
  /** When the slot is freed, whatever the loader does. */
  readonly timeoutAt: number;
  /** The same, or sooner in request mode: the lease that its request renews while it lives. */
  deadline: number;
}

/** What ends the run for its loader. */
export function controllerOf(active: ActiveRun): AbortController {
  return (active.controller ??= new AbortController());
}

/** Tells the loader that its run is over. On Workers a signal made in a request that is gone throws. */
export function abort(active: ActiveRun, reason?: Error): void {
  call(() => controllerOf(active).abort(reason));
}

/**
 * Runs the loader once and tells the core how it ended, unless the slot was freed in the meantime:
 * then whatever it brings is discarded. Never rejects.
 */
export async function run<T>(core: Core<T>, active: ActiveRun, context: LoadContext): Promise<void> {
  const { load, validate } = core.options;
  let candidate: T | undefined;
  let revision: string | undefined;
  let refused = false;
  try {
    // A throw ends the run a microtask later, as a rejection does, and not inside whoever started it.
    const result: unknown = await (async () => load(context))();
    const held = core.facts.held?.value;
    // SAFETY: the types of the options bind what the loader returns to T.
    candidate = valueOf(result, held) as T | undefined;
    const note = noteOf(result);
    revision = note.revision;
    if (core.active === active && candidate !== undefined) {
      refused = true;
      if (!active.forced && revision !== undefined && revision === core.facts.rejected)
        throw new Error("this revision was refused before; answer unchanged({ revision }) to `rejected`");
      if (validate && (await validate(candidate, held)) === false) throw new Error("validate refused the value");
    }
    if (core.active === active) {
      const at = core.host.now();
      const asOf =
        note.asOf === undefined ? undefined : Math.floor(at - Math.max(0, core.host.clock.wall() - note.asOf));
      return core.end(
        active,
        candidate === undefined
          ? { type: "unchanged", at, revision, asOf }
          : { type: "loaded", at, value: candidate, revision, asOf },
      );
    }
  } catch (error) {
    if (core.active === active) {
      const failure = { error, at: core.host.now() };
      core.end(active, {
        type: "failed",
        failure: refused && revision !== undefined ? { ...failure, revision } : failure,
      });
    } else settleLate(core);
    if (candidate !== undefined) discard(core, candidate);
    return;
  }
  settleLate(core);
  if (candidate !== undefined) discard(core, candidate);
}

function settleLate(core: Core<unknown>): void {
  // Request mode forgets the runs whose request ended; a thawed one may settle all the same.
  if (core.abandoned) core.abandoned--;
}
