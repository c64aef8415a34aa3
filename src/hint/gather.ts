import type { PartHost } from "../resource/part.ts";
import { hurriedAt } from "../state/schedule.ts";

/** Hints within this time count as one, in ms. */
const GATHER_MS = 100;
/** The longest random delay of a hint, in ms. */
const MOST_SPREAD_MS = 10_000;
/** How many revisions are remembered. A hint with one more counts as a hint without a revision. */
const MOST_NAMES = 100;

/** The hints of a resource. */
export interface Gather {
  /** There may be new data. */
  hint(revision: unknown): void;
  /** Discards waiting hints. */
  end(): void;
}

/** Collects hints, and starts one refresh for all of them. */
export function gatherHints<T>(resource: PartHost<T>): Gather {
  const { host, limits } = resource;
  const { clock } = host;
  let cancel: (() => void) | undefined;
  let isEnded = false;
  /** The revisions in the hints. `undefined` after a hint without a revision. */
  let named: Set<string> | undefined = new Set();
  /** How many loads had started when the last hint came. */
  let before = 0;

  const isKnown = (revision: string): boolean => {
    const { held, rejected } = resource.facts;
    return revision === held?.revision || revision === rejected?.revision;
  };

  const apply = (): void => {
    cancel = undefined;
    const names = named;
    named = new Set();
    if (names && [...names].every(isKnown)) return;
    // A load that started after the last hint has seen the change.
    if (isEnded || host.phase !== "running" || resource.slot.lastRun > before) return;
    if (resource.slot.run) return resource.commit({ type: "hint" });
    const { failures, notBefore } = resource.facts;
    const now = resource.now();
    if (failures || now < (notBefore ?? now)) return;
    const at = Math.max(now, hurriedAt(resource.slot.lastStartedAt, limits));
    if (at < resource.slot.nextAttemptAt) resource.plan(at);
  };

  return {
    hint(given) {
      const revision = typeof given === "number" || typeof given === "bigint" ? String(given) : given;
      const isNamed = typeof revision === "string";
      if (isEnded || host.phase !== "running" || (isNamed && isKnown(revision))) return;
      if (!isNamed || (named?.size ?? 0) >= MOST_NAMES) named = undefined;
      else named?.add(revision);
      before = resource.slot.lastRun;
      if (cancel) return;
      // Infinity is excluded, because 0 times Infinity is NaN.
      const spread = limits.jitter ? Math.min(MOST_SPREAD_MS, limits.jitter * limits.refreshEvery) : 0;
      cancel = clock.setTimer(() => host.defer(apply), Math.ceil(GATHER_MS + spread * clock.random()), false);
    },
    end() {
      isEnded = true;
      cancel?.();
      cancel = undefined;
    },
  };
}
