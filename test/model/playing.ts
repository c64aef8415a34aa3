import { internalsOf } from "../../src/handler/internals.ts";
import { borrow, NotReadyError, type ResourceEvent, type Snapshot } from "../../src/index.ts";
import type { Act, Command } from "./command.ts";
import { Loading } from "./loading.ts";
import { TIMEOUT, type Item, type Promised } from "./world.ts";

/** Carries out commands on the implementation and the reference alike. */
export class Playing extends Loading {
  readonly #reactions: (readonly [Act, boolean])[] = [];
  readonly #aborts: AbortController[] = [];

  async play(command: Command): Promise<void> {
    if (command[0] === "act") this.act(command[1]);
    else if (command[0] === "end") this.end(this.current, command[1]);
    else if (command[0] === "late")
      this.end(this.loads.filter(({ open, outcome }) => open && outcome !== "running")[command[2]], command[1]);
    else if (command[0] === "react") this.#reactions.push([command[1], command[2]]);
    else if (command[0] === "script") this.script.push(command[1]);
    else if (command[0] === "advance") await this.#advance(command[1]);
    else {
      this.clock[command[0]](command[1]);
      // Timers go by monotonic time: until something sets them anew, one may come late.
      this.late ||= command[1] > 0;
    }
    await this.clock.settle();
    // A question, and what it queues, is how anything late is caught up with.
    await this.#ask();
  }

  async #ask(): Promise<void> {
    for (let due = true, round = 0; due && round < 9; round++) {
      this.#pass();
      this.index.snapshot();
      await this.clock.settle();
      due = (this.plannedAt ?? Infinity) <= this.now;
    }
    this.#pass();
  }

  /** In steps so short that no load can start and time out within one. */
  async #advance(ms: number): Promise<void> {
    for (let left = ms; left > 0;) {
      const timeout = this.ref.run ? this.timeoutIn : TIMEOUT;
      const step = Math.min(left, Math.max(1, timeout));
      await this.clock.advance(step);
      if (this.late) await this.#ask();
      const { current } = this;
      const over = this.ref.run !== undefined && this.timeoutIn <= 0;
      this.fault(!over || this.late || current?.context.signal.aborted === true, "a timeout that its timer missed");
      this.#pass();
      this.fault(
        this.ref.run !== undefined || this.phase !== "running" || this.late || this.plan[1] > this.now,
        "a load that its timer missed",
      );
      left -= step;
    }
  }

  #pass(): void {
    this.timeOut();
    this.ref.pass(this.now, this.setup.limits.staleAfter);
  }

  #begin(): void {
    if (this.phase !== "idle") return;
    this.phase = "running";
    this.plan = [this.now, this.now];
  }

  act(act: Act): void {
    const { index, health, ref, phase } = this;
    this.noteStart();
    const open = phase === "idle" || phase === "running";
    switch (act) {
      case "start":
        this.#begin();
        return health.start();
      case "probe":
        this.#begin();
        return void internalsOf(health).ask("GET", "/status", undefined, PLATFORM);
      case "get":
      case "getYoung":
      case "getAborted": {
        this.#begin();
        this.#pass();
        // A back-off that runs refuses the wait: it starts nothing.
        if (!ref.held || act === "getYoung") this.demand ||= !ref.failures || this.now >= this.plan[0];
        const abort = new AbortController();
        if (act === "getAborted") abort.abort(new Error("gone"));
        else this.#aborts.push(abort);
        const maxAge = act === "getYoung" ? 3_000 : Infinity;
        return this.#track(
          "get",
          () => index.get({ signal: abort.signal, ...(maxAge < Infinity && { maxAge }) }),
          maxAge,
        );
      }
      case "ready": {
        this.#begin();
        const abort = new AbortController();
        this.#aborts.push(abort);
        return this.#track("ready", () => health.whenReady({ signal: abort.signal }));
      }
      case "abort":
        return this.#aborts.shift()?.abort(new Error("gone"));
      case "reload":
        this.#begin();
        this.demand = true;
        return this.#track("reload", () => index.reload());
      case "invalidate":
        this.log({ type: "invalidate" });
        return index.invalidate();
      case "unload":
        this.log({ type: "unload" });
        this.free("freed");
        return index.unload();
      case "drain":
        if (open) this.phase = "draining";
        return health.drain();
      case "close":
        if (phase === "closed") return void health.close();
        this.phase = "closed";
        this.log({ type: "unload" });
        this.free("freed");
        return void health.close();
      case "borrow": {
        const lease = borrow(index);
        this.fault(lease?.value === ref.held?.value, "a lease on another value");
        if (!lease) return;
        lease.value.leases++;
        this.leases.push({ item: lease.value, lease });
        return;
      }
      case "release": {
        const { item, lease } = this.leases.shift() ?? {};
        if (item) item.leases--;
        lease?.release();
        return lease?.release();
      }
      case "join":
        return this.#join();
      case "part": {
        const guest = this.guests.find(({ gone }) => !gone);
        if (!guest) return;
        guest.gone = true;
        return guest.leave();
      }
    }
  }

  #join(): void {
    const guest = { from: -1, heard: [] as string[], leave: () => {}, gone: false };
    guest.leave = this.index.subscribe((event) => {
      this.fault(!guest.gone, "told after it left");
      if (event.type === "current") {
        this.fault(guest.from < 0, "told the present twice");
        const last = this.told.at(-1)?.split(">")[1] ?? "NOT_LOADED";
        this.fault(event.state === last, `told ${event.state} first, and the others ${last}`);
        guest.from = this.told.length;
      } else if (event.type === "transition" || event.type === "load")
        guest.heard.push(`${event.type} ${event.from}>${event.state}`);
    });
    this.guests.push(guest);
  }

  #track(kind: Promised["kind"], ask: () => Promise<unknown>, maxAge = Infinity): void {
    const calledAt = this.now;
    const promised: Promised = {
      kind,
      open: true,
      runsBefore: this.lastRun,
      maxAge,
    };
    this.promised.push(promised);
    ask().then(
      (value) => {
        promised.open = false;
        this.timeOut();
        if (kind === "get") this.#got(value as Item, maxAge, calledAt);
        if (kind === "reload") this.#reloaded(promised, true, value as Snapshot<Item>);
      },
      (error: unknown) => {
        promised.open = false;
        this.timeOut();
        if (error instanceof NotReadyError) this.#refused(promised, error);
        else if (kind === "reload") this.#reloaded(promised, false, error);
        else this.fault(false, `${kind} rejected with ${String(error)}`);
      },
    );
  }

  #got(value: Item, maxAge: number, calledAt: number): void {
    const { held } = this.ref;
    this.fault(this.was.has(value), "get() gave what never was the value");
    if (held?.value !== value) return;
    // What a load took does not count if the load began after the call. What the source says of its data does.
    const judgedAt = this.endedRunAt >= calledAt ? this.endedRunAt : this.now;
    this.fault(judgedAt - held.since <= maxAge, "get() gave an older value than it was asked for");
  }

  #refused({ kind, maxAge }: Promised, { reason, retryAfter }: NotReadyError): void {
    const told = {
      closed: this.phase === "closed",
      draining: this.phase === "draining" || this.phase === "closed",
      aborted: kind !== "reload",
      failed: kind === "get" && this.loads.some(({ outcome }) => outcome === "failed"),
      stale: kind === "get" && maxAge < Infinity,
      unloaded: false,
    };
    this.fault(told[reason], `${kind} refused as ${reason} while ${this.phase}`);
    this.fault(Number.isInteger(retryAfter) && retryAfter >= 1 && retryAfter <= 30, `retry after ${retryAfter}`);
  }

  /** Answered by the first run to end of those that started after the call. */
  #reloaded({ runsBefore }: Promised, good: boolean, result: unknown): void {
    const run = this.loads.find(
      ({ run: id, outcome }) => id > runsBefore && (outcome === "good" || outcome === "failed"),
    );
    this.fault(
      run?.outcome === (good ? "good" : "failed"),
      `reload() told ${good ? "good" : "failed"} of a run that was ${run?.outcome}`,
    );
    if (!good && run?.error instanceof Error) this.fault(result === run.error, "reload() told another error");
  }

  protected hear(event: ResourceEvent<Item>): void {
    this.timeOut();
    this.fault(Object.isFrozen(event) && Object.isFrozen(event.snapshot), "an event is not frozen");
    this.fault(event.snapshot.state === event.state, "an event's record is of another moment");
    if (event.type !== "transition" && event.type !== "load") return;
    this.told.push(`${event.type} ${event.from}>${event.state}`);
    this.noteStart();
  }

  protected react(event: ResourceEvent<Item>): void {
    const [act, throws] = ((event.type === "transition" || event.type === "load") && this.#reactions.shift()) || [];
    if (act) this.act(act);
    if (throws) throw new Error("a listener's own");
  }
}

export const PLATFORM = { accept: (): undefined => undefined, request: (): Request => new Request("http://x/") };
