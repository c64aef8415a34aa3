import type { Probe } from "../answer/paths.ts";
import type { Platform } from "../answer/details.ts";
import { createHealth, type Health } from "../handler/health.ts";
import type { Clock } from "../resource/clock.ts";
import type { LoadContext } from "../resource/options.ts";
import type { Met } from "../probers/kubelet-attempt.ts";
import { createDue, type Due } from "./queue.ts";
import type { Stage } from "./stage.ts";
import { fateOf } from "./source.ts";

/** What a process shows to whoever asks it: the last answer to each probe. */
export interface View {
  /** Whether connections are accepted at all. */
  readonly listening: boolean;
  /** Until when its event loop answers nobody, in ms; 0 while it runs. */
  readonly stalledUntil: number;
  /** The status that each probe is answered with. */
  readonly status: { readonly [P in Probe]: number };
  /** What it holds. */
  readonly data: "none" | "fresh" | "stale";
}

const NOBODY: Platform<undefined> = {
  accept: () => undefined,
  request: () => new Request("http://replica/"),
};

const PATHS = { readiness: "/status", liveness: "/status/live", startup: "/status/startup" } as const;

/** Before it listens, and after it has gone. */
export const SILENT: View = {
  listening: false,
  stalledUntil: 0,
  status: { readiness: 0, liveness: 0, startup: 0 },
  data: "none",
};

/** Names of a replica, and where its numbers come from. */
export interface ProcessOptions {
  readonly stage: Stage;
  readonly replica: number;
  readonly chance: () => number;
  /** Called after anything that may have changed what it shows. */
  readonly changed: () => void;
  /** Called when the process has ended. */
  readonly ended: () => void;
}

/** One process: the real health with one resource, on the virtual time that all share. */
export class Process {
  view: View = SILENT;
  alive = true;
  readonly #options: ProcessOptions;
  readonly #stage: Stage;
  /** Everything it has planned; all of it goes when the process does. */
  readonly #dues = new Set<Due>();
  readonly #stall: Due;
  #health: Health | undefined;
  #stalledUntil = 0;
  #loads = 0;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#stage = options.stage;
    this.#stall = this.#plan(() => this.#beginStall());
    this.#after(this.#stage.world.bootMs, () => this.#boot());
  }

  /** Looks at what the real library answers now. */
  look(): void {
    if (!this.alive || !this.#health) return;
    const stalledUntil = this.#stalledUntil > this.#stage.queue.now ? this.#stalledUntil : 0;
    const { view } = this;
    if (stalledUntil > 0) {
      if (view.stalledUntil === stalledUntil) return;
      this.view = { ...view, stalledUntil };
    } else {
      const health = this.#health;
      const ready = health.ask("GET", PATHS.readiness, undefined, NOBODY);
      const live = health.ask("GET", PATHS.liveness, undefined, NOBODY)?.status ?? 0;
      const startup = health.ask("GET", PATHS.startup, undefined, NOBODY)?.status ?? 0;
      const readiness = ready?.status ?? 0;
      const state = ready?.headers["health-state"];
      const data = state === "READY" ? "fresh" : state === "STALE" ? "stale" : "none";
      const { status } = view;
      if (
        view.listening &&
        view.stalledUntil === 0 &&
        view.data === data &&
        status.readiness === readiness &&
        status.liveness === live &&
        status.startup === startup
      )
        return;
      this.view = { listening: true, stalledUntil: 0, status: { readiness, liveness: live, startup }, data };
    }
    this.#options.changed();
  }

  /** What a request to a probe meets now. In a full walk the library is asked anew for each. */
  meet(probe: Probe): Met {
    const { view } = this;
    if (!view.listening || view.stalledUntil > 0) return { kind: "nothing" };
    if (!this.#stage.walks) return { kind: "answer", status: view.status[probe], bodyBroke: false };
    const answer = this.#health?.ask("GET", PATHS[probe], undefined, NOBODY);
    this.#stage.touch(this);
    return answer ? { kind: "answer", status: answer.status, bodyBroke: false } : { kind: "nothing" };
  }

  /** SIGTERM, and SIGKILL once the grace is over. It drains as `drainOnSignal()` does: 503, serve on, end. */
  terminate(): void {
    const { drainMs, graceMs } = this.#stage.world;
    if (!this.alive) return;
    if (!this.#health) return this.#end();
    this.#after(graceMs, () => this.#end(), true);
    this.#after(0, () => {
      this.#health?.drain();
      this.#stage.touch(this);
      this.#after(drainMs, () => this.#end());
    });
  }

  #boot(): void {
    const { queue, world } = this.#stage;
    const { chance } = this.#options;
    const clock: Clock = {
      wall: () => queue.now,
      monotonic: () => queue.now,
      random: chance,
      setTimer: (callback, delayMs) => {
        const due = this.#after(delayMs, callback);
        return () => this.#forget(due);
      },
    };
    const health = createHealth({ clock });
    health.resource("index", { ...world.setup.limits, load: (context) => this.#load(context) });
    this.#health = health;
    health.start();
    this.#stage.touch(this);
    const { stall } = world.setup;
    if (stall) queue.put(this.#stall, queue.now + Math.round(stall.everySeconds * 1_000 * (0.5 + chance())));
  }

  #load(context: LoadContext): Promise<object> {
    const { queue, record, world } = this.#stage;
    const { ends, ms } = fateOf(
      world.setup,
      this.#options.replica,
      context.previous === undefined,
      queue.now,
      this.#options.chance,
    );
    this.#loads += 1;
    record.load(1, queue.now);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#loads -= 1;
        record.load(-1, queue.now);
        if (ends === "good") resolve({});
        else reject(new Error("the source is down"));
      };
      const due = ms === Infinity ? undefined : this.#after(ms, end);
      const { signal } = context;
      // Only what may outlast its timeout can be aborted: a listener costs more than the rest of a load.
      if (ms >= 60_000)
        signal.addEventListener("abort", () => {
          if (due) this.#forget(due);
          this.#loads -= 1;
          record.load(-1, queue.now);
          reject(signal.reason);
        });
    });
  }

  #beginStall(): void {
    const { queue, world } = this.#stage;
    const { stall } = world.setup;
    if (!stall) return;
    const ms = Math.round(stall.seconds * 1_000);
    this.#stalledUntil = queue.now + ms;
    this.#stage.touch(this);
    this.#after(ms, () => this.#stage.touch(this));
    const every = stall.everySeconds * 1_000 * (0.5 + this.#options.chance());
    queue.put(this.#stall, queue.now + ms + Math.round(every));
  }

  #end(): void {
    if (!this.alive) return;
    const { queue, record } = this.#stage;
    this.alive = false;
    for (const due of this.#dues) queue.put(due, Infinity);
    this.#dues.clear();
    for (; this.#loads > 0; this.#loads -= 1) record.load(-1, queue.now);
    this.view = SILENT;
    this.#options.ended();
  }

  /** Does something later; while the event loop is stalled, only when it runs again, unless it is a kill. */
  #after(ms: number, act: () => void, kill = false): Due {
    const { queue } = this.#stage;
    const due = this.#plan(() => {
      if (!kill && queue.now < this.#stalledUntil) return queue.put(due, this.#stalledUntil);
      this.#dues.delete(due);
      act();
      this.#stage.touch(this);
    });
    queue.put(due, queue.now + ms);
    return due;
  }

  #plan(run: () => void): Due {
    const due = createDue(0, this.#stage.order(), run);
    this.#dues.add(due);
    return due;
  }

  #forget(due: Due): void {
    this.#stage.queue.put(due, Infinity);
    this.#dues.delete(due);
  }
}
