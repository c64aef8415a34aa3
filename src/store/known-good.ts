import { toSafeText } from "../option/invalid-option.ts";
import type { LoadContext } from "../resource/options.ts";
import type { Part, PartHost } from "../resource/part.ts";
import { createRestore } from "./restore.ts";
import type { StoreActions, StoreContext } from "./store.ts";
import { createWriter } from "./writer.ts";

/** Restores from stores at the start, and saves to them what was accepted. Creating it claims their places. */
export function keepKnownGood<T>(resource: PartHost<T>, stores: readonly StoreActions<T>[]): Part<T> {
  const { host, name } = resource;
  const { load } = resource.options;
  // SAFETY: only the type of one field is read.
  const { identity } = load as { readonly identity?: unknown };
  const source = typeof identity === "string" ? toSafeText(identity) : undefined;
  const contextOf = (signal: AbortSignal): StoreContext => ({
    name,
    source,
    now: Math.floor(host.clock.wall()),
    signal,
  });
  const giveBack = claimAll(stores, name);
  const writers = stores.map((store) => createWriter(resource, store, contextOf));
  const restore = createRestore(resource, stores, {
    contextOf,
    restored: (place) => writers[place]?.noteStored(resource.now()),
  });
  /** Whether the value in use may be stored. */
  let isKept = true;
  /** Whether the fleet has rejected the value in use. */
  let isRejected = false;

  const loadAfterRestore = async (context: LoadContext): Promise<unknown> => {
    if (restore.isDue) {
      await restore.wait();
      const { held } = resource.facts;
      // The loader receives the restored value, so that it can return unchanged().
      if (held)
        Object.assign(context, {
          previous: held.value,
          revision: held.revision,
          asOf: held.asOf === undefined ? undefined : host.toWall(held.asOf),
        });
    }
    return load(context);
  };

  return {
    get heldUntil() {
      return restore.heldUntil;
    },
    beforeLoad: () => host.driver.kind === "background" && restore.holds(),
    afterChange(action, before) {
      const { held } = resource.facts;
      writers.forEach((writer) => writer.retryRemoval(resource.now()));
      if (action.type === "loaded") isKept = action.keep !== false;
      isRejected &&= action.type !== "loaded";
      if ((action.type !== "loaded" && action.type !== "unchanged") || !held || held === before.held) return;
      restore.drop();
      if (!isKept || isRejected) return;
      const was = before.held;
      const isSame = was !== undefined && Object.is(was.value, held.value) && was.revision === held.revision;
      // A value that was changed in place is the same object, and may have no revision.
      const isChanged = !isSame || (action.type === "loaded" && held.revision === undefined);
      writers.forEach((writer) => writer.write(held, isChanged, resource.now()));
    },
    judge(how) {
      // A rejected value stays in use until another one is loaded, but it is not saved again.
      isRejected = how === "rejected";
      // The next load that confirms an accepted value saves it. If a rejected value was never saved, the store has an
      // older one, which stays.
      if (how === "accepted" || (isRejected && !isKept)) return;
      restore.drop();
      writers.forEach((writer) => writer.remove());
    },
    end() {
      restore.letGo();
      if (!resource.isClosed) return;
      restore.drop();
      giveBack();
    },
    flush: () => Promise.all(writers.map((writer) => writer.flush())),
    // SAFETY: it gives what the loader gave.
    load: host.driver.kind === "request" ? (loadAfterRestore as typeof load) : undefined,
  };
}

/** Takes the place of every store, or of none. */
function claimAll<T>(stores: readonly StoreActions<T>[], name: string): () => void {
  const taken: (() => void)[] = [];
  const giveBack = (): void => taken.splice(0).forEach((give) => give());
  try {
    for (const { claim } of stores) if (claim) taken.push(claim(name));
  } catch (error) {
    giveBack();
    throw error;
  }
  return giveBack;
}
