/**
 * The store of a fleet: `redisFleet()`, `postgresFleet()`, `memoryFleet()`, or your own. Each method is one atomic
 * step. It reads the time of the store, removes expired entries, and decides. A method may fail or never settle.
 */
export interface FleetStore {
  /** Receives the report of a replica, and returns what it may do. */
  readonly beat: (group: string, beat: FleetBeat) => PromiseLike<FleetAnswer>;
  /** Reads the state of a group. It changes nothing. */
  readonly read: (group: string) => PromiseLike<FleetReading>;
  /** Replaces a note if its version is still the one that was read. Returns whether it did. */
  readonly write: (group: string, note: FleetNoteWrite) => PromiseLike<boolean>;
  /**
   * Gives a replica a name that no other has, from the name that it is given. It is asked once, when a health is made.
   * @default a random part is added
   */
  readonly nameOf?: ((replica: string) => string) | undefined;
}

/**
 * How a replica stands.
 *
 * - `in`: its readiness is 200.
 * - `out`: it is not ready for a reason of its own, or it is wedged. It counts as out and asks for nothing.
 * - `asks`: a required resource is older than `refuseAfter`, and it asks for leave.
 * - `new`: the same, and it has never been ready. It is in only while nobody else is.
 */
export type FleetStanding = "in" | "out" | "asks" | "new";

/** What a replica reports. Everything in it can be written as JSON. */
export interface FleetBeat {
  /** Its name, which no other replica has. */
  readonly replica: string;
  /**
   * The number of the beat, from 1. A later beat has a higher number. A beat may come late, because a client gave it up
   * on its way. The store refuses it if it knows a later one.
   */
  readonly serial: number;
  /** How long it counts after this beat, in ms. */
  readonly ttlMs: number;
  /** Whether it leaves for good: then it is no member any more. */
  readonly isClosed: boolean;
  /** How long ago the store answered it first, in ms; 0 before that. A group that is younger was lost meanwhile. */
  readonly knownForMs: number;
  /** How it stands. */
  readonly standing: FleetStanding;
  /** Whether a heartbeat is overdue: it counts as out, and may ask all the same. */
  readonly isWedged: boolean;
  /** The largest age as a share of its `refuseAfter`; 0 where it does not ask. */
  readonly staleness: number;
  /** How long its leave still runs by its own clock, in ms; 0 without one. */
  readonly leaveLeftMs: number;
  /** How many may be out: a share of the members in percent, at least one member; or a number of them. */
  readonly leave: { readonly percent: number } | { readonly most: number };
  /** What it wants or has of turns, by resource. */
  readonly turns: readonly FleetTurnAsk[];
  /** Which version of each note it knows; 0 for none. */
  readonly notes: Readonly<Record<string, number>>;
  /** What `read()` gives back: a text for people and programs. */
  readonly report: string;
}

/** What a replica wants or has of the turns for one resource. */
export interface FleetTurnAsk {
  /** The name of the resource. */
  readonly resource: string;
  /** `loads` while it loads, `waits` for a turn, or `none` any more. */
  readonly wants: "loads" | "waits" | "none";
  /** Whether it holds no value. First loads go first. */
  readonly first: boolean;
  /** In how many ms its value becomes STALE. */
  readonly staleInMs: number;
  /** How many replicas may load it at once. */
  readonly most: number;
}

/** What a replica is told. */
export interface FleetAnswer {
  /** How long its leave runs from the sending of the beat, in ms; 0 without leave. */
  readonly leaveMs: number;
  /** Its place among those that ask for leave, from 1; 0 where it does not wait. */
  readonly place: number;
  /** Whether a `new` replica is in, because nobody else is. */
  readonly isIn: boolean;
  /** How many members the group has, this one too. */
  readonly members: number;
  /** How many of the others count as out. */
  readonly othersOut: number;
  /** The place in the queue of each resource that it waits for, from 1; 0 where it has its turn. */
  readonly turns: Readonly<Record<string, number>>;
  /** The notes whose version is another than the one that it knows. */
  readonly notes: readonly FleetNote[];
}

/** A small text that the group shares. It outlives its writer. */
export interface FleetNote {
  /** What it is found by. */
  readonly name: string;
  /** How often it was written, from 1. */
  readonly version: number;
  /** What it says. */
  readonly text: string;
}

/** A note to be written. */
export interface FleetNoteWrite {
  /** What it is found by. */
  readonly name: string;
  /** The version that was read; 0 where there was none. The new one is one more. */
  readonly version: number;
  /** What it says from now on. */
  readonly text: string;
}

/** Everything that is known of a group. */
export interface FleetReading {
  /** The store's time, in ms from any origin. */
  readonly nowMs: number;
  /** For how long the store has known the group, in ms; `undefined` while it does not. */
  readonly knownForMs: number | undefined;
  /** Every replica that counts, in any order. */
  readonly members: readonly FleetMember[];
  /** Every note of the group, in any order. */
  readonly notes: readonly FleetNote[];
}

/** One replica, as the store knows it. */
export interface FleetMember {
  /** Its name, as it reports it. */
  readonly replica: string;
  /** Whether it counts as out. */
  readonly isOut: boolean;
  /** Whether it is out by leave. */
  readonly hasLeave: boolean;
  /** In how many ms it will no longer count, if it stays silent. */
  readonly leftMs: number;
  /** The report of its last beat. */
  readonly report: string;
}
