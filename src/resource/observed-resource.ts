import { checkFunction } from "../option/invalid-option.ts";
import { callSafely } from "../option/call-safely.ts";
import { ageOf, stateOf } from "../state/freshness.ts";
import type { Facts, HeldValue } from "../state/facts.ts";
import type { ResourceAction } from "../state/transition.ts";
import type { State } from "../state/state.ts";
import { Disposal } from "./disposal.ts";
import type { ResourceEvent, ResourceListener } from "./event.ts";
import type { Host } from "./host.ts";
import type { CheckedOptions, Limits } from "./options.ts";
import { printFailure, printOldData, printRecovery } from "./print.ts";
import type { PartNotes } from "./part-notes.ts";
import { snapshotOf, type RecordSource } from "./snapshot.ts";
import { subscribeTo } from "./subscribe.ts";
import { Subscribers } from "./subscribers.ts";

/** The number of remembered revisions. `onRejected` is called once for each of them. */
const MOST_TOLD = 100;

/** What `onRejected` was told. */
interface ToldRejections {
  /** The revisions, the last one at the end. `undefined` stands for rejections without a revision, until a success. */
  revisions: readonly (string | undefined)[];
  /** The last result. In request mode it is awaited after the answer. */
  result: unknown;
}

/**
 * Sends the events of a resource to listeners, prints a failure without a listener, and disposes of old values. It is
 * the first of four classes in a chain, because one object needs less memory than four.
 */
export abstract class ObservedResource<T> implements RecordSource<T> {
  abstract readonly name: string;
  abstract readonly required: boolean;
  abstract readonly options: CheckedOptions<T>;
  abstract readonly limits: Limits;
  abstract readonly facts: Facts<T>;
  abstract readonly isClosed: boolean;
  abstract readonly slot: {
    readonly run: { readonly candidate: unknown } | undefined;
    readonly nextAttemptAt: number;
    readonly abandoned: number;
  };
  abstract readonly notes: PartNotes;
  readonly host: Host;
  /** The state in the last event. */
  #state: State = "NOT_LOADED";
  #isPrinting = false;
  /** What was printed last, and has not ended. */
  #printed: "failure" | "old data" | undefined;
  #disposal: Disposal<T> | undefined;
  /** What `onRejected` was told. It is created at the first call, to save memory. */
  #rejections: ToldRejections | undefined;
  #subscribers: Subscribers<ResourceEvent<T>> | undefined;

  constructor(host: Host) {
    this.host = host;
  }

  /** Whether the end of a load is printed now. A `console.warn` of the user may call `reload()`. */
  get isPrinting(): boolean {
    return this.#isPrinting;
  }

  protected get told(): unknown {
    return this.#rejections?.result;
  }

  now(): number {
    return this.host.now();
  }

  fromWall(ms: number): number {
    return Math.floor(this.now() - Math.max(0, this.host.clock.wall() - ms));
  }

  /** The first event of a new listener. */
  currentEvent(now: number): ResourceEvent<T> {
    return this.#eventOf({ type: "current" }, now);
  }

  /**
   * Sends an event if the state has changed or a load has ended. Returns whether it sent one.
   *
   * @param ended how a load ended, if one did
   */
  announceChange(now: number, ended?: Partial<ResourceEvent>): boolean {
    const from = this.#state;
    this.#state = stateOf(this.facts, now, this.limits.staleAfter);
    const type = this.#state !== from ? "transition" : ended && "load";
    if (type) this.announce({ type, from, ...ended }, now);
    return type !== undefined;
  }

  /** Queues an event for the listeners. */
  announce(fields: Pick<ResourceEvent, "type"> & Partial<ResourceEvent>, now: number): void {
    const { events, subscribers } = this.host;
    const own = this.#subscribers;
    if (!own?.size && !subscribers.size) return;
    const event = this.#eventOf(fields, now);
    events.add(() => {
      own?.tell(event);
      subscribers.tell(event);
    });
  }

  /** Creates an event with the record of its moment. */
  #eventOf(fields: Pick<ResourceEvent, "type"> & Partial<ResourceEvent>, now: number): ResourceEvent<T> {
    const snapshot = snapshotOf<T>(this, now);
    const { name, state } = snapshot;
    return Object.freeze({ name, from: state, state, ...fields, snapshot });
  }

  subscribe(listener: ResourceListener<T>): () => void {
    checkFunction("listener", listener);
    this.#subscribers ??= new Subscribers<ResourceEvent<T>>();
    return subscribeTo(this.host, this.#subscribers, { listener, kind: "reader", subjects: () => [this] });
  }

  /** Calls `onRejected` for a load: once for each revision, or once for several rejections in a row without one. */
  protected tellRejection(action: ResourceAction<T>, before: Facts<T>): void {
    const told = this.#rejections;
    if (told && before.failures === 0) told.revisions = told.revisions.filter((revision) => revision !== undefined);
    if (action.type === "failed" && action.outcome === "rejected") this.tellRejected(action.revision, action.error);
  }

  /** Calls `onRejected`, unless it was told of the revision. */
  tellRejected(revision: string | undefined, reason: unknown): void {
    const { onRejected } = this.options;
    if (!onRejected || this.#rejections?.revisions.includes(revision)) return;
    const told = this.#rejections ?? { revisions: [], result: undefined };
    this.#rejections = told;
    told.revisions = [...told.revisions, revision].slice(-MOST_TOLD);
    this.host.defer(() =>
      callSafely(() => {
        const result = onRejected({ name: this.name, revision, reason });
        if (this.host.driver.kind === "request") told.result = result;
        return result;
      }),
    );
  }

  get isHeard(): boolean {
    return (this.#subscribers?.readers ?? 0) + this.host.subscribers.readers > 0;
  }

  /** Prints what no listener hears: the first of several failures, their end, and data that is old on arrival. */
  protected printEnd(now: number): void {
    const { facts, limits, name } = this;
    const { failures, held, lastError } = facts;
    const isOld = held?.asOf !== undefined && ageOf(held, now) > limits.staleAfter;
    const trouble = lastError ? "failure" : isOld ? "old data" : undefined;
    const before = this.#printed;
    // After unchanged() of the rejected revision there is still an error, but no failure.
    if (trouble === before || (lastError && !failures)) return;
    this.#printed = this.isHeard ? undefined : trouble;
    if (this.isHeard) return;
    this.#isPrinting = true;
    if (lastError)
      printFailure(name, { attempt: failures, error: lastError.error, nextInMs: this.slot.nextAttemptAt - now });
    else if (before === "failure") printRecovery(name);
    if (isOld && !lastError) printOldData(name, ageOf(held, now));
    this.#isPrinting = false;
  }

  /** Disposes of a value that was never used. */
  discard(candidate: T): void {
    if (Object.is(candidate, this.facts.held?.value) || Object.is(candidate, this.slot.run?.candidate)) return;
    if (this.options.dispose) this.#disposalOrNew().discard(candidate);
  }

  /** Delays the disposal of a value until the returned function is called. */
  holdValue(value: T, by: "lease" | "check"): () => void {
    return this.#disposalOrNew().hold(value, by);
  }

  /** Disposes of old values that are due, such as after the end of a lease. */
  disposeDue(): void {
    const now = this.host.now();
    this.disposeRetired(now);
    this.host.changed(this, now);
  }

  /** Disposes of old values that are due. In a closed resource, all of them are due. */
  protected disposeRetired(now: number): void {
    this.#disposal?.disposeDue(now, this.isClosed);
  }

  /** When the next disposal is due. `Infinity` if none is. */
  protected nextDisposalAt(): number {
    return this.#disposal?.nextAt() ?? Infinity;
  }

  /** Replaces the current value. */
  protected replaceValue(before: HeldValue<T> | undefined, after: HeldValue<T> | undefined, now: number): void {
    if (before && this.options.dispose) this.#disposalOrNew().retire(before.value, now);
    if (after) this.#disposal?.recall(after.value);
  }

  #disposalOrNew(): Disposal<T> {
    return (this.#disposal ??= new Disposal<T>(this));
  }
}
