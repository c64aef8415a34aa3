/**
 * The store of a fleet: `redisFleet()`, `postgresFleet()`, `memoryFleet()`, or your own. Each method is one atomic
 * step. It reads the time of the store, removes expired entries, and decides. A method may fail or never settle.
 */
export interface FleetStore {
  /** Receives the report of a replica, and returns what it may do. */
  readonly beat: (group: string, beat: FleetBeat) => PromiseLike<FleetAnswer>;
  /** Reads the state of a group. It changes nothing. */
  readonly read: (group: string) => PromiseLike<FleetReading>;
  /** Replaces a note if its version is still the one that was read. Returns whether the note was replaced. */
  readonly write: (group: string, note: FleetNoteWrite) => PromiseLike<boolean>;
  /**
   * Returns a unique name for a replica. It receives the name without the unique part. It is called once, when the
   * health is created.
   * @default a random part is added
   */
  readonly nameOf?: ((replica: string) => string) | undefined;
}

/**
 * The standing of a replica.
 *
 * - `in`: its readiness answers 200.
 * - `out`: a required resource has no value, or the replica drains. It counts as out and asks for no leave.
 * - `asks`: a required resource is older than `refuseAfter`. The replica asks for leave, which is the permission to
 *   answer 503.
 * - `new`: like `asks`, but the replica has never been ready. It is in only while no other replica is in.
 */
export type FleetStanding = "in" | "out" | "asks" | "new";

/** The report of a replica to its store. It contains only values that JSON can represent. */
export interface FleetBeat {
  /** The unique name of the replica. */
  readonly replica: string;
  /**
   * The number of the beat, from 1. A later beat has a higher number. A beat may arrive late, after the next beat of
   * the replica. If the store knows a later beat of the replica, it answers with an error.
   */
  readonly serial: number;
  /** How long the replica counts after this beat, in ms. */
  readonly ttlMs: number;
  /** Whether the replica has closed. It is then no longer a member. */
  readonly isClosed: boolean;
  /**
   * The time since the first answer of the store, in ms. 0 before that. If the store has known the group for a shorter
   * time, it has lost its data.
   */
  readonly knownForMs: number;
  /** The standing of the replica. */
  readonly standing: FleetStanding;
  /** Whether a heartbeat is overdue. The replica then counts as out. It may still ask for leave. */
  readonly isWedged: boolean;
  /**
   * The largest age of a required resource, as a share of its `refuseAfter`. 0 if the replica does not ask for leave.
   */
  readonly staleness: number;
  /** The remaining time of its leave by its own clock, in ms. 0 without a leave. */
  readonly leaveLeftMs: number;
  /**
   * How many members may be out. `percent` is a share of the group, rounded down, but at least one member. `most` is a
   * number of members.
   */
  readonly leave: { readonly percent: number } | { readonly most: number };
  /** The turns that the replica waits for or has. */
  readonly turns: readonly FleetTurnAsk[];
  /** For each note, its version in the last answer that contained it. 0 if no answer contained it yet. */
  readonly notes: Readonly<Record<string, number>>;
  /** A text for people and programs. `read()` returns it unchanged. */
  readonly report: string;
}

/** The turn that a replica waits for or has, for one resource. */
export interface FleetTurnAsk {
  /** The name of the resource. */
  readonly resource: string;
  /** `loads` while the replica loads, `waits` while it waits for a turn, and `none` after that. */
  readonly wants: "loads" | "waits" | "none";
  /** Whether the resource has no value. First loads go before refreshes. */
  readonly first: boolean;
  /** After how many ms the value becomes STALE. Negative if it is STALE already, and 0 without a value. */
  readonly staleInMs: number;
  /** How many replicas may load the resource at once. */
  readonly most: number;
}

/** The answer of the store to the report of a replica. */
export interface FleetAnswer {
  /** How long the replica may answer 503 because of old data, in ms after it sent the beat. 0 if it may not. */
  readonly leaveMs: number;
  /** The place of the replica in the queue for a leave, from 1. 0 if it does not wait. */
  readonly place: number;
  /** Whether a `new` replica may answer 200, because no other replica is in the balancer. */
  readonly isIn: boolean;
  /** The number of members of the group, including this replica. */
  readonly members: number;
  /** How many of the other members count as out. */
  readonly othersOut: number;
  /** The place of this replica in the queue of each resource, from 1. 0 means that it has its turn. */
  readonly turns: Readonly<Record<string, number>>;
  /** The notes whose version differs from the version that the replica knows. */
  readonly notes: readonly FleetNote[];
}

/** A small text that the group shares. It stays after its writer has ended. */
export interface FleetNote {
  /** The name of the note. */
  readonly name: string;
  /**
   * Identifies the content: a whole number from 1 to 99,999,999,999,999. The store chooses another number for each
   * write, at random or from the content. The store must not count 1, 2, 3, because a store may lose its latest
   * writes. It would then use the same numbers again, for other contents.
   */
  readonly version: number;
  /** The content of the note. */
  readonly text: string;
}

/** A new version of a note. */
export interface FleetNoteWrite {
  /** The name of the note. */
  readonly name: string;
  /** The version that was read. 0 means that there was no note. */
  readonly version: number;
  /** The new content of the note. */
  readonly text: string;
}

/** The state of a group. */
export interface FleetReading {
  /** The time of the store, in ms from any origin. */
  readonly nowMs: number;
  /** How long the store has known the group, in ms. `undefined` while it does not know the group. */
  readonly knownForMs: number | undefined;
  /** Every replica that counts, in any order. */
  readonly members: readonly FleetMember[];
  /** Every note of the group, in any order. */
  readonly notes: readonly FleetNote[];
}

/** The state of one replica in the store. */
export interface FleetMember {
  /** The unique name of the replica. */
  readonly replica: string;
  /** Whether the replica counts as out. */
  readonly isOut: boolean;
  /** Whether the replica has a leave. */
  readonly hasLeave: boolean;
  /** After how many ms the replica no longer counts, if it sends no other beat. */
  readonly leftMs: number;
  /** The report of its last beat. */
  readonly report: string;
}
