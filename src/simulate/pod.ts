import { RestartPolicy } from "./backoff.ts";
import { BALANCERS } from "./balancer.ts";
import { createChance } from "./chance.ts";
import { Kubelet, type Container, type PodSight } from "./kubelet.ts";
import { Membership } from "./membership.ts";
import { Process, SILENT, type View } from "./process.ts";
import { createDue } from "./queue.ts";
import type { Look } from "./record.ts";
import type { Router } from "./router.ts";
import type { Stage } from "./stage.ts";
import { createBalancerTarget, type Asked, type BalancerTarget } from "./target.ts";

/** A replica over its restarts: its process, the kubelet's workers, and how its router sees it. */
export class Pod implements PodSight {
  readonly replica: number;
  container: Container | undefined;
  deleted = false;
  gone = false;
  /** Whether a deploy counts on it: that is for the platform to say, not for the router. */
  isAvailable = false;
  readonly #stage: Stage;
  readonly #chance: () => number;
  readonly #moved: () => void;
  readonly #policy = new RestartPolicy();
  readonly #membership: Membership;
  readonly #kubelet: Kubelet;
  readonly #target: BalancerTarget | undefined;
  #containers = 0;
  #process: Process | undefined;
  #killed = false;
  #waitingSince: number | undefined;

  /** @param moved called when it becomes available, or is no longer, or is gone */
  constructor(stage: Stage, router: Router, replica: number, seed: number, moved: () => void) {
    this.#stage = stage;
    this.#moved = moved;
    this.replica = replica;
    this.#chance = createChance(seed, replica);
    this.#membership = new Membership(stage, router, replica, () => this.#show());
    const asked: Asked = {
      meet: (probe) => this.#process?.meet(probe) ?? { kind: "nothing" },
      stalledUntil: () => this.#view.stalledUntil,
    };
    this.#kubelet = new Kubelet(stage, this, asked, () => this.#judged());
    const name = stage.world.setup.router;
    if (name !== "kubernetes")
      this.#target = createBalancerTarget(
        stage,
        BALANCERS[name],
        asked,
        this.#chance,
        replica >= stage.world.setup.replicas,
        () => this.#changed(),
      );
    this.#start();
  }

  /** A deploy takes it away; `told` where its router knows before SIGTERM. */
  delete(told: boolean): void {
    if (this.deleted) return;
    this.deleted = true;
    if (this.#target && told) {
      this.#target.checker.stop();
      this.#membership.tell("out");
    }
    if (this.#process) this.#process.terminate();
    else this.#leave();
    this.#changed();
  }

  /** Counts what its checks have slept through. */
  wakeChecks(): void {
    this.#kubelet.wake();
    this.#target?.checker.wake();
  }

  /** Ms it has waited in CrashLoopBackOff and is still waiting. */
  waitedMs(now: number): number {
    return this.#waitingSince === undefined ? 0 : now - this.#waitingSince;
  }

  get #view(): View {
    return this.#process?.view ?? SILENT;
  }

  #start(): void {
    const { queue, record } = this.#stage;
    const { now } = queue;
    record.backoffMs += this.waitedMs(now);
    this.#waitingSince = undefined;
    if (this.#containers > 0) record.restart(this.replica, now);
    this.#containers += 1;
    this.container = { id: `${this.#containers}`, startedMs: now, running: true };
    this.#killed = false;
    this.#process = new Process({
      stage: this.#stage,
      replica: this.replica,
      chance: this.#chance,
      changed: () => this.#changed(),
      ended: () => this.#ended(),
    });
    this.#changed();
  }

  #judged(): void {
    if (this.#kubelet.hasFailed && this.container?.running && !this.#killed && !this.deleted) {
      this.#killed = true;
      this.#process?.terminate();
    }
    this.#changed();
  }

  #ended(): void {
    const { queue } = this.#stage;
    if (this.container) this.container.running = false;
    this.#process = undefined;
    if (this.deleted) return this.#leave();
    this.#policy.ended(queue.now / 1_000, this.#killed);
    this.#changed();
    this.#tryStart();
  }

  #tryStart(): void {
    const { queue } = this.#stage;
    if (this.deleted) return;
    const permission = this.#policy.mayStart(queue.now / 1_000, this.#chance);
    if (permission.starts) return this.#start();
    this.#waitingSince ??= queue.now;
    const due = createDue(0, this.#stage.order(), () => this.#tryStart());
    queue.put(due, queue.now + Math.ceil(permission.againSeconds * 1_000));
  }

  /** The process of a deleted pod has ended. A balancer that was not told finds out by itself. */
  #leave(): void {
    this.gone = true;
    this.#kubelet.stop();
    this.#membership.end();
    this.#changed();
  }

  /** What anybody sees of it may have changed. */
  #changed(): void {
    this.wakeChecks();
    const isReady = this.#kubelet.isReady;
    if (!this.#target) this.#membership.tell(isReady ? (this.deleted ? "terminating" : "in") : "out");
    else if (!this.#target.checker.stopped) this.#membership.place(this.#target.up ? "in" : "out");
    if (this.gone && this.#membership.rotation === "out") this.#target?.checker.stop();
    this.#show();
    const isAvailable = isReady && this.#view.status.readiness === 200;
    if (isAvailable === this.isAvailable && !this.gone) return;
    this.isAvailable = isAvailable;
    this.#moved();
  }

  /** Tells the router and the timeline what it is now. */
  #show(): void {
    const { queue, record } = this.#stage;
    const view = this.#view;
    const holds = view.data === "none" ? "unloaded" : view.data;
    this.#membership.meet(!view.listening ? "lost" : view.stalledUntil > 0 ? "stalled" : holds);
    record.look(this.replica, this.gone ? null : this.#lookOf(view), queue.now);
  }

  #lookOf(view: View): Look {
    if (!this.container?.running) return "backoff";
    if (view.stalledUntil > 0) return "stalled";
    if (!view.listening || view.data === "none") return "loading";
    return this.#membership.rotation === "in" ? view.data : "out";
  }
}
