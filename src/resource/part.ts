import type { Facts } from "../state/facts.ts";
import type { ResourceAction } from "../state/transition.ts";
import type { ResourceEvent } from "./event.ts";
import type { Host } from "./host.ts";
import type { Limits } from "./limits.ts";
import type { LoadContext, LoadResult, Validate } from "./loader.ts";
import type { PartNotes } from "./part-notes.ts";

/**
 * What happened to a value: `unload()` was called, or the fleet has rejected its revision, or no longer rejects it.
 */
export type Judgement = "unloaded" | "rejected" | "accepted";

/**
 * A part adds code to one resource: a gate, the stores of `lastKnownGood`, a channel of hints. The code is only in the
 * bundle of a service that uses it.
 */
export interface Part<T = unknown> {
  /** Until when the next load must wait. Then the resource asks again. `undefined` if it need not wait. */
  readonly heldUntil?: number | undefined;
  /**
   * Called before a load. Returns true if the load must wait until the part calls `resumeLoad()`, or until `heldUntil`.
   */
  readonly beforeLoad: () => boolean;
  /** The facts have changed. */
  readonly afterChange?: (action: ResourceAction<T>, before: Facts<T>) => void;
  /** What is stored must be removed, unless the value is accepted. */
  readonly judge?: (how: Judgement) => void;
  /** No load starts any more, because the health drains or the resource is closed. */
  readonly end?: () => void;
  /** In request mode, does the work after a load. */
  readonly flush?: () => Promise<unknown>;
  /** In request mode, replaces the loader. */
  readonly load?: ((context: LoadContext) => LoadResult<T>) | undefined;
}

/** A part for an option. */
export interface Attachable<T> {
  /**
   * Adds the part to a resource, with `addPart()`. The library calls it.
   *
   * @param all the objects that the option received. This object is the first of them.
   */
  readonly attach: (resource: PartHost<T>, all: readonly Attachable<T>[]) => void;
}

/** A part for resources of any type. */
export interface AnyAttachable {
  /** Adds the part to a resource, with `addPart()`. The library calls it. */
  readonly attach: <T>(resource: PartHost<T>) => void;
}

/** The functions of a resource that a part calls. */
export interface PartHost<T> {
  readonly name: string;
  /** The options that a part needs. */
  readonly options: {
    readonly load: (context: LoadContext) => LoadResult<T>;
    readonly validate: readonly Validate<T>[];
    readonly dispose: unknown;
  };
  readonly limits: Limits;
  readonly facts: Facts<T>;
  readonly host: Host;
  readonly slot: {
    readonly run: object | undefined;
    readonly lastRun: number;
    readonly lastStartedAt: number;
    readonly nextAttemptAt: number;
  };
  readonly isClosed: boolean;
  /** Whether a listener of the user hears the events. Without one, trouble is printed. */
  readonly isHeard: boolean;
  /** The parts that it has, as one. */
  readonly part: Part<T> | undefined;
  /** Replaces the part. Only `addPart()` calls it. */
  attach(part: Part<T>): void;
  /** The current time on the clock of the health. */
  now(): number;
  /**
   * Converts epoch ms of the wall clock to a time of the clock of the health. A time in the future counts as now.
   */
  fromWall(ms: number): number;
  /** Plans the next load. */
  plan(at: number): void;
  /** The load need not wait any longer. */
  resumeLoad(): void;
  /** A value was restored, or a hint came. */
  commit(action: ResourceAction<T> & { readonly type: "restored" | "hint" }): void;
  /** Delays the disposal of a value until the returned function is called. */
  holdValue(value: T, by: "lease" | "check"): () => void;
  /** Disposes of values that are due, after a hold has ended. */
  disposeDue(): void;
  /** Disposes of a value that was never used. */
  discard(value: T): void;
  /** Sends an event to the listeners. */
  announce(fields: Pick<ResourceEvent, "type"> & Partial<ResourceEvent>, now: number): void;
  /** Stores facts for the snapshots. */
  note(facts: Partial<PartNotes>): void;
}
