import { loaded, unchanged, type LoadContext } from "../../src/index.ts";
import type { Act, Ending, Script } from "./command.ts";
import type { Entry } from "./entry.ts";
import { UNKNOWN, World, type Item, type Load } from "./world.ts";

/** The loader of the model: every call waits for a command, or follows a script. */
export abstract class Loading extends World {
  /** What the next calls of the loader do by themselves. */
  readonly script: Script[] = [];

  protected called(context: LoadContext): Promise<unknown> {
    const { ref, now } = this;
    this.timeOut();
    this.fault(this.current === undefined, "two loads at once");
    this.fault(this.demand || now >= this.plan[0], `a load at ${now}, planned for ${this.plan[0]} at the earliest`);
    this.noteStart();
    this.fault(context.previous === ref.held?.value, "previous is not the value held");
    this.fault(context.attempt === ref.failures + 1, `attempt ${context.attempt} after ${ref.failures} failures`);
    this.fault(context.rejected === this.refused || context.rejected === undefined, "rejected is another revision");
    return new Promise((resolve, reject) => {
      const settle = (how: "resolve" | "reject", result: unknown): void =>
        (how === "resolve" ? resolve : reject)(result);
      const load: Load = { run: this.lastRun, context, settle, open: true, outcome: "running", error: UNKNOWN };
      this.loads.push(load);
      this.current = load;
      const script = this.script.shift();
      if (script === "throw") throw this.#thrown(load);
      const [act, abort] = [script?.split(":").at(-1) as Act | undefined, script?.startsWith("abort:")];
      if (act && abort) context.signal.addEventListener("abort", () => this.act(act));
      else if (act) this.act(act);
    });
  }

  /** As rejecting at once, by the promise's own rules: a loader that throws is no other than one that rejects. */
  #thrown(load: Load): Error {
    const error = new Error("thrown");
    queueMicrotask(() => {
      load.open = false;
      if (this.current === load) this.#over(load, { type: "failed" }, error);
    });
    return error;
  }

  #over(load: Load, entry: Entry<Item>, error: unknown = UNKNOWN): void {
    const good = entry.type === "loaded" || (entry.type === "unchanged" && this.ref.held !== undefined);
    const kept = entry.type === "unchanged" && entry.refused === true && good;
    load.outcome = good && !kept ? "good" : "failed";
    load.error = error;
    if (good && !kept) this.refused = this.failed = undefined;
    else if (!good) this.failed = { error };
    this.current = undefined;
    this.log(entry);
  }

  item(bad = false): Item {
    const item: Item = { id: this.items.length, bad, disposed: 0, outAt: Infinity, leases: 0 };
    this.items.push(item);
    return item;
  }

  /** Ends a load; one that owns its slot is written down. */
  end(load: Load | undefined, ending: Ending): void {
    if (!load?.open) return;
    this.noteStart();
    load.open = false;
    if (load !== this.current) this.replan();
    const { ref } = this;
    const live = load === this.current;
    const wall = this.clock.wall();
    const finish = (entry: Entry<Item>, result: unknown, error?: unknown): void => {
      if (live) this.#over(load, entry, error);
      load.settle(ending === "error" || ending === "nonError" ? "reject" : "resolve", result);
    };
    const fail = (result: unknown, error?: unknown): void => finish({ type: "failed" }, result, error);
    const bring = (item: Item, asOf?: number): void => {
      const since = asOf === undefined ? undefined : this.now - Math.max(0, wall - asOf);
      finish({ type: "loaded", value: item, asOf: since }, loaded(item, { asOf }));
    };
    const back = [...this.was].find((item) => item !== ref.held?.value && !item.disposed);
    switch (ending) {
      case "value":
        return bring(this.item());
      case "old":
        return bring(this.item(), wall - 24_000);
      case "future":
        return bring(this.item(), wall + 5_000);
      case "same": {
        // The very object, bare, is unchanged().
        const value = ref.held?.value;
        return value ? finish({ type: "unchanged" }, value) : bring(this.item());
      }
      case "sameAgain":
        // The very object in loaded() is a new value.
        return bring(ref.held?.value ?? this.item());
      case "back":
        return bring(back ?? this.item());
      case "bad":
        return fail(this.item(true));
      case "badRevision": {
        const revision = `bad-${this.items.length}`;
        fail(loaded(this.item(true), { revision }));
        if (live) this.refused = revision;
        return;
      }
      case "refusedAgain": {
        const told = load.context.rejected;
        const item = this.item();
        if (told === undefined)
          return finish({ type: "loaded", value: item }, loaded(item, { revision: this.refused ?? "fine" }));
        return fail(loaded(item, { revision: told }));
      }
      case "undefined":
        return fail(undefined);
      case "noValue":
        return fail(loaded(undefined));
      case "error": {
        const error = new Error("rejected");
        return fail(error, error);
      }
      case "nonError":
        return fail("no error", "no error");
      case "badAsOf":
        return fail(loaded(this.item(), { asOf: NaN }));
      case "badRevisionType":
        return fail(loaded(this.item(), { revision: true as never }));
      case "unchanged":
        return finish({ type: "unchanged" }, unchanged());
      case "unchangedOld":
        return finish({ type: "unchanged", asOf: this.now - 30_000 }, unchanged({ asOf: wall - 30_000 }));
      case "unchangedRefused": {
        const { refused } = this;
        return finish({ type: "unchanged", refused: refused !== undefined }, unchanged({ revision: refused }));
      }
    }
  }
}
