import type { Registry } from "../health/registry.ts";
import type { HealthEvent } from "../resource/event.ts";
import { createForgetting, isEndedLoad, hasSucceeded } from "../observe/ended-load.ts";
import { toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import type { State } from "../state/state.ts";

/** How far back the timeline goes. */
export const TIMELINE_MS = 3_600_000;

/** The most entries in memory. */
const MOST_ENTRIES = 1_000;

/** One event in the timeline. */
export interface TimelineEntry {
  /** The time of the wall clock. */
  readonly at: number;
  /** The subject of the event: a resource, a probe, or the process. */
  readonly who: string;
  /** A description of the event. It is escaped when it is shown. */
  readonly what: string;
  /** The new state of the resource, if the state changed. */
  readonly state?: State;
  readonly isBad: boolean;
}

/** A span of time in one state. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly state: State;
}

/** The events of the last hour. It keeps at most 1,000 entries. */
export class Timeline {
  readonly #wall: () => number;
  readonly #forgetClosed: () => void;
  readonly #entries: TimelineEntry[] = [];
  /** The state of each resource before the first kept entry, and the start of that state. */
  readonly #before = new Map<string, { readonly at: number; readonly state: State }>();
  /** The last recorded revision of each resource. */
  readonly #revisions = new Map<string, string | undefined>();

  constructor(registry: Registry) {
    this.#wall = () => registry.clock.wall();
    this.#forgetClosed = createForgetting(registry, [this.#before, this.#revisions]);
  }

  /** Records an event of the health. */
  add(event: HealthEvent): void {
    const at = this.#wall();
    if (event.type === "current") this.#before.set(event.name, { at, state: event.state });
    if (this.#isNews(event)) for (const entry of entriesOf(event)) this.#entries.push({ at, ...entry });
    this.#forget(at);
    this.#forgetClosed();
  }

  /** A load without a new value is not recorded, unless it is the first success after a failure. */
  #isNews(event: HealthEvent): boolean {
    if (!isEndedLoad(event) || event.type === "transition" || event.attempt > 1 || !hasSucceeded(event)) return true;
    const { name, revision } = event;
    if (this.#revisions.has(name) && this.#revisions.get(name) === revision) return false;
    this.#revisions.set(name, revision);
    return true;
  }

  /** How many names it knows. */
  get names(): number {
    return this.#before.size + this.#revisions.size;
  }

  /** Returns the entries, the newest first. */
  entries(): readonly TimelineEntry[] {
    this.#forget(this.#wall());
    return [...this.#entries].reverse();
  }

  /** Returns the states of a resource, each with its span of time. */
  stretches(name: string): readonly Stretch[] {
    const now = this.#wall();
    this.#forget(now);
    const changes = this.#entries.filter(({ who, state }) => who === name && state !== undefined);
    const first = this.#before.get(name);
    const all = [...(first ? [first] : []), ...changes];
    return all.flatMap(({ at, state }, index) => {
      const from = Math.max(at, now - TIMELINE_MS);
      const to = all[index + 1]?.at ?? now;
      return state !== undefined && to > from ? [{ from, to, state }] : [];
    });
  }

  #forget(now: number): void {
    const tooMany = this.#entries.length - MOST_ENTRIES;
    const tooOld = this.#entries.findIndex(({ at }) => at >= now - TIMELINE_MS);
    const count = Math.max(tooMany, tooOld < 0 ? this.#entries.length : tooOld);
    if (count <= 0) return;
    // The state after a dropped entry is still the state of the resource.
    for (const { who, at, state } of this.#entries.splice(0, count)) if (state) this.#before.set(who, { at, state });
  }
}

type Happened = Omit<TimelineEntry, "at">;

/** Describes an event for people. A normal successful load has no description. */
function entriesOf(event: HealthEvent): readonly Happened[] {
  if (event.type === "probe") {
    const { probe, from, word } = event;
    return [{ who: probe, what: `changed from ${from} to ${word}`, isBad: false }];
  }
  if (event.type === "drain") return [{ who: "process", what: "the drain begins", isBad: false }];
  if (!("snapshot" in event)) {
    const reason = event.reason === undefined ? "" : `: ${event.reason}`;
    const isBad = event.type === "held-in" || event.type === "store-gone";
    return [{ who: "fleet", what: `${event.type}${reason}`, isBad }];
  }
  const { type, name, from, state, snapshot } = event;
  const entries: Happened[] = [];
  if (isEndedLoad(event) && (!hasSucceeded(event) || event.outcome === "loaded")) {
    const error = hasSucceeded(event) ? undefined : snapshot.lastError?.error;
    // Cut here, because the entry is kept for an hour.
    const why = error === undefined ? "" : `: ${toSafeText(messageOf(error))}`;
    const revision = event.revision === undefined ? "" : `, revision ${toSafeText(event.revision)}`;
    const ms = Math.round(event.durationMs);
    entries.push({ who: name, what: `${event.outcome} in ${ms} ms${revision}${why}`, isBad: error !== undefined });
  }
  if (type === "transition") entries.push({ who: name, what: `changed from ${from} to ${state}`, state, isBad: false });
  if (type === "leased" || type === "gate" || type === "hints" || type === "restore") {
    const result = event.result === undefined ? "" : ` ${event.result}`;
    entries.push({ who: name, what: `${type}${result}`, isBad: false });
  }
  return entries;
}
