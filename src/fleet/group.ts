import { budgetOf, leaveMsOf } from "./decide-leave.ts";
import type { FleetAnswer, FleetBeat, FleetMember, FleetNote, FleetNoteWrite, FleetReading } from "./fleet-store.ts";
import { nextVersion } from "./next-version.ts";
import { TurnTable } from "./turn-table.ts";

/** The tolerance between two clocks. Each is read in whole ms. */
const CLOCK_SLACK_MS = 100;

interface Member {
  readonly serial: number;
  readonly until: number;
  readonly report: string;
}

/**
 * One group in memory. The scripts of the other stores do the same. Each method receives the time.
 */
export class Group {
  #bornAt: number | undefined;
  /** Whether the group was known before and its data was lost. */
  #isLost = false;
  #mostTtlMs = 0;
  readonly #members = new Map<string, Member>();
  /** The earliest time at which an entry may expire. */
  #expiresAt = 0;
  /** The time of the last call. */
  #lookedAt = -Infinity;
  /** The members that are out without leave. */
  readonly #out = new Set<string>();
  /** The end of each leave. */
  readonly #leave = new Map<string, number>();
  /** The age of the data of each member that asks and has no leave. */
  readonly #asking = new Map<string, number>();
  readonly #turns = new Map<string, TurnTable>();
  readonly #notes = new Map<string, FleetNote>();

  /** @throws Error if a later beat of the replica is known */
  beat(beat: FleetBeat, now: number): FleetAnswer {
    const { replica, serial, ttlMs, isClosed, knownForMs, standing, isWedged } = beat;
    this.#mostTtlMs = Math.max(this.#mostTtlMs, ttlMs);
    this.#expire(now);
    const known = this.#members.get(replica);
    if (known && serial < known.serial) throw new Error("the store knows a later beat of this replica");
    const isHeld = (this.#leave.get(replica) ?? 0) > now;
    this.#remove(replica);
    if (isClosed) {
      for (const table of this.#turns.values()) table.remove(replica);
      return { leaveMs: 0, place: 0, isIn: false, members: this.#members.size, othersOut: 0, turns: {}, notes: [] };
    }
    // If all members are silent for too long, the store forgets the group.
    if (this.#bornAt === undefined || this.#bornAt > now || (!known && this.#members.size === 0)) {
      this.#bornAt = now;
      this.#isLost = false;
    }
    const isYoung = now - this.#bornAt < ttlMs;
    if (knownForMs > now - this.#bornAt + CLOCK_SLACK_MS) this.#isLost = true;
    const members = this.#members.size + 1;
    const othersOut = this.#out.size + this.#leave.size;
    let olderAsking = 0;
    for (const staleness of this.#asking.values()) if (staleness > beat.staleness) olderAsking++;
    const othersIn = members - 1 - othersOut;
    const leaveMs =
      standing === "asks"
        ? leaveMsOf({
            ttlMs,
            leaveLeftMs: beat.leaveLeftMs,
            isHeld,
            isYoung,
            othersIn,
            othersOut,
            olderAsking,
            budget: budgetOf(beat.leave, members),
          })
        : 0;
    const isIn = standing === "new" && othersIn === 0;
    const waits = standing === "asks" && leaveMs === 0;
    this.#members.set(replica, { serial, until: now + ttlMs, report: beat.report });
    this.#expiresAt = Math.min(this.#expiresAt, now + ttlMs);
    if (leaveMs) this.#leave.set(replica, now + leaveMs);
    else if (isWedged || standing === "out" || (standing === "new" && !isIn)) this.#out.add(replica);
    if (waits) this.#asking.set(replica, beat.staleness);
    const at = { now, ttlMs, isClosed: isYoung && this.#isLost };
    const turns = beat.turns.map((ask) => [ask.resource, this.#tableOf(ask.resource).ask(replica, ask, at)] as const);
    return {
      leaveMs,
      place: waits ? olderAsking + 1 : 0,
      isIn,
      members,
      othersOut,
      turns: Object.fromEntries(turns),
      notes: Object.entries(beat.notes).flatMap(([name, version]) => {
        const note = this.#notes.get(name) ?? { name, version: 0, text: "" };
        return note.version === version ? [] : note;
      }),
    };
  }

  read(now: number): FleetReading {
    this.#expire(now);
    return {
      nowMs: now,
      knownForMs: this.#bornAt === undefined || this.#members.size === 0 ? undefined : now - this.#bornAt,
      members: [...this.#members].map(([replica, { until, report }]): FleetMember => {
        const hasLeave = this.#leave.has(replica);
        return { replica, isOut: hasLeave || this.#out.has(replica), hasLeave, leftMs: until - now, report };
      }),
      notes: [...this.#notes.values()],
    };
  }

  write({ name, version, text }: FleetNoteWrite): boolean {
    if ((this.#notes.get(name)?.version ?? 0) !== version) return false;
    this.#notes.set(name, { name, version: nextVersion(version, text), text });
    return true;
  }

  /** Removes a member. */
  #remove(replica: string): void {
    this.#members.delete(replica);
    this.#out.delete(replica);
    this.#leave.delete(replica);
    this.#asking.delete(replica);
  }

  /** Removes expired entries. It also removes an entry that ends after more than a `ttl`: the clock was set back. */
  #expire(now: number): void {
    const most = now + this.#mostTtlMs;
    const isOver = (until: number): boolean => until <= now || until > most;
    // A full pass is needed only if an entry may have expired, or if the clock was set back.
    if (now >= this.#expiresAt || now < this.#lookedAt) {
      this.#expiresAt = Infinity;
      for (const [replica, { until }] of this.#members)
        if (isOver(until)) this.#remove(replica);
        else this.#expiresAt = Math.min(this.#expiresAt, until);
    }
    this.#lookedAt = now;
    for (const [replica, until] of this.#leave) if (isOver(until)) this.#leave.delete(replica);
    for (const [resource, table] of this.#turns) {
      table.expire(now, this.#mostTtlMs);
      if (table.isEmpty) this.#turns.delete(resource);
    }
  }

  #tableOf(resource: string): TurnTable {
    const table = this.#turns.get(resource) ?? new TurnTable();
    this.#turns.set(resource, table);
    return table;
  }
}
