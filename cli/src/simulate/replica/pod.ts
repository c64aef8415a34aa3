import { NO_ANSWER } from "../../kubelet/attempt.ts";
import { RestartPolicy } from "../../kubelet/restart-policy.ts";
import { balancerOf } from "../model/balancer.ts";
import { createChance } from "../model/chance.ts";
import { Kubelet, type Container, type PodState } from "../checks/kubelet.ts";
import { Membership } from "../traffic/membership.ts";
import { Process } from "./process.ts";
import { SILENT, type View } from "./view.ts";
import { createDue } from "../model/queue.ts";
import { Replacer } from "../checks/replacer.ts";
import type { ReplicaStatus } from "../model/recorder.ts";
import type { Router } from "../traffic/router.ts";
import type { Simulation } from "../model/simulation.ts";
import { createBalancerTarget, type AskedReplica, type BalancerTarget } from "../checks/target.ts";

/** Random streams from this number on belong to the library. Lower ones belong to replicas. */
const LIBRARY = 1_000_000;
/** The view of one router on a replica. */
interface Seat {
  readonly membership: Membership;
  /** The target. A router for kept connections shares the target of the normal router. */
  target: BalancerTarget | undefined;
}

/** A replica over its restarts: its process, the workers of the kubelet, and the views of its routers. */
export class Pod implements PodState {
  readonly replica: number;
  container: Container | undefined;
  deleted = false;
  gone = false;
  /** Whether it is available for a deploy. The platform decides this, not the router. */
  isAvailable = false;
  readonly #simulation: Simulation;
  readonly #chance: () => number;
  readonly #libraryChance: () => number;
  readonly #moved: () => void;
  readonly #policy = new RestartPolicy();
  /** The view of each router. A balancer with its own checks has a target for each checker. */
  readonly #seats: readonly Seat[];
  readonly #asked: AskedReplica;
  readonly #kubelet: Kubelet;
  readonly #replacer: Replacer | undefined;
  /** The check of Swarm, which decides about both routing and replacement. */
  readonly #isTask: boolean;
  #containers = 0;
  #process: Process | undefined;
  #killed = false;
  #waitingSince: number | undefined;

  /** @param moved called when the replica becomes available or unavailable, or is gone */
  constructor(simulation: Simulation, routers: readonly Router[], replica: number, seed: number, moved: () => void) {
    this.#simulation = simulation;
    this.#moved = moved;
    this.replica = replica;
    this.#chance = createChance(seed, replica);
    this.#libraryChance = createChance(seed, LIBRARY + replica);
    this.#seats = routers.map((router) => ({
      membership: new Membership(simulation, router, replica, () => {
        if (router.lingerMs === 0)
          simulation.record.ready(Math.min(...routers.map(({ ready }) => ready)), simulation.queue.now);
        this.#show();
      }),
      target: undefined,
    }));
    this.#asked = {
      ask: (probe) => this.#process?.ask(probe) ?? NO_ANSWER,
      stalledUntil: () => this.#view.stalledUntil,
      accepts: () => this.#process?.accepts ?? false,
    };
    this.#kubelet = new Kubelet(simulation, this, this.#asked, () => this.#judged());
    const { router, replacing } = simulation.resolved.setup;
    this.#isTask = router === "docker" && replacing !== undefined;
    this.#addTargets(replica >= simulation.resolved.setup.replicas);
    if (replacing)
      this.#replacer = new Replacer(simulation, this.#asked, {
        failed: () => this.#kill(),
        judged: () => this.#changed(),
      });
    this.#start();
  }

  /** Deletes the replica. `told` means that its router knows before SIGTERM. */
  delete(told: boolean): void {
    if (this.deleted) return;
    this.deleted = true;
    if (told)
      for (const { membership, target } of this.#seats)
        if (target) {
          target.checker.stop();
          membership.tell("out");
        }
    this.#replacer?.stop();
    if (this.#process) this.#process.terminate();
    else this.#leave();
    this.#changed();
  }

  /** Counts the skipped checks. */
  wakeChecks(): void {
    this.#kubelet.wake();
    this.#replacer?.wake();
    for (const { target } of this.#seats) target?.checker.wake();
  }

  /** The time in CrashLoopBackOff, in ms. It includes the current wait. */
  waitedMs(now: number): number {
    return this.#waitingSince === undefined ? 0 : now - this.#waitingSince;
  }

  get #view(): View {
    return this.#process?.view ?? SILENT;
  }

  #start(): void {
    const { queue, record } = this.#simulation;
    record.backoffMs += this.waitedMs(queue.now);
    this.#waitingSince = undefined;
    if (this.#containers++ > 0) record.restart(this.replica, queue.now);
    this.container = { id: `${this.#containers}`, startedMs: queue.now, running: true };
    this.#killed = false;
    this.#process = new Process({
      simulation: this.#simulation,
      replica: this.replica,
      chance: this.#chance,
      libraryChance: this.#libraryChance,
      changed: () => this.#changed(),
      ended: () => this.#ended(),
    });
    this.#replacer?.begin();
    this.#changed();
  }

  /** Creates the views. Each checker of a balancer has its own view. */
  #addTargets(succeeds: boolean): void {
    const { router, check } = this.#simulation.resolved.setup;
    if (router === "kubernetes" || router === "direct" || this.#isTask) return;
    const checkers = check?.checkers ?? 1;
    const made: BalancerTarget[] = [];
    this.#seats.forEach((seat, index) => {
      seat.target?.checker.stop();
      const place = index % checkers;
      made[place] ??= createBalancerTarget(
        this.#simulation,
        balancerOf(router, check),
        this.#asked,
        this.#chance,
        succeeds,
        () => this.#changed(),
      );
      seat.target = made[place];
    });
  }

  #judged(): void {
    if (this.#kubelet.hasFailed) this.#kill();
    this.#changed();
  }

  #kill(): void {
    if (!this.container?.running || this.#killed || this.deleted) return;
    this.#killed = true;
    this.#process?.terminate();
  }

  #ended(): void {
    if (this.container) this.container.running = false;
    this.#process = undefined;
    if (this.deleted) return this.#leave();
    const { replacing } = this.#simulation.resolved.setup;
    if (replacing) return this.#replace(replacing.delaySeconds);
    this.#policy.ended(this.#simulation.queue.now / 1_000, this.#killed);
    this.#changed();
    this.#tryStart();
  }

  /** Starts a new task in place of the unhealthy one. For a balancer it is a new target. */
  #replace(delaySeconds: number): void {
    const { queue } = this.#simulation;
    this.#replacer?.stop();
    this.#changed();
    const due = createDue(0, this.#simulation.order(), () => {
      if (this.deleted) return;
      this.#addTargets(true);
      this.#start();
    });
    queue.put(due, queue.now + Math.ceil(delaySeconds * 1_000));
  }

  #tryStart(): void {
    if (this.deleted) return;
    const { queue } = this.#simulation;
    const permission = this.#policy.mayStart(queue.now / 1_000, this.#chance);
    if (permission.starts) return this.#start();
    this.#waitingSince ??= queue.now;
    const again = createDue(0, this.#simulation.order(), () => this.#tryStart());
    queue.put(again, queue.now + Math.ceil(permission.againSeconds * 1_000));
  }

  /** Handles the end of a deleted pod. A balancer may notice it only by its checks. */
  #leave(): void {
    this.gone = true;
    this.#kubelet.stop();
    for (const { membership } of this.#seats) membership.end();
    this.#changed();
  }

  /** Updates everything that depends on the view of the process. */
  #changed(): void {
    this.wakeChecks();
    const isReady = this.#replacer && this.#isTask ? this.#replacer.isHealthy : this.#kubelet.isReady;
    for (const { membership, target } of this.#seats) {
      if (this.#simulation.resolved.setup.router === "direct")
        membership.place(this.deleted || this.gone ? "out" : "in");
      else if (!target) membership.tell(isReady ? (this.deleted ? "terminating" : "in") : "out");
      else if (!target.checker.stopped) membership.place(target.up ? "in" : "out");
      if (this.gone && membership.rotation === "out") target?.checker.stop();
    }
    this.#show();
    const isAvailable = isReady && this.#isHealthy;
    if (isAvailable === this.isAvailable && !this.gone) return;
    this.isAvailable = isAvailable;
    this.#moved();
  }

  /** Whether the probe of the platform passes. Without a probe, whether the process runs. */
  get #isHealthy(): boolean {
    const { router, replacing } = this.#simulation.resolved.setup;
    if (replacing) return this.#replacer?.isHealthy === true;
    if (router === "kubernetes") return true;
    return router === "direct" ? this.#view.listening : this.#view.status.readiness === 200;
  }

  /** Reports the current state to the routers and the timeline. */
  #show(): void {
    const view = this.#view;
    const held = view.stalledUntil > 0 ? "stalled" : view.data === "none" ? "unloaded" : view.data;
    const met = view.listening ? held : "lost";
    for (const { membership } of this.#seats) membership.ask(met);
    const { queue, record } = this.#simulation;
    record.setStatus(this.replica, this.gone ? null : this.#statusOf(view), queue.now);
  }

  #statusOf(view: View): ReplicaStatus {
    if (!this.container?.running) return "backoff";
    if (view.stalledUntil > 0) return "stalled";
    if (!view.listening || view.data === "none") return "loading";
    return this.#seats.some(({ membership }) => membership.rotation === "in") ? view.data : "out";
  }
}
