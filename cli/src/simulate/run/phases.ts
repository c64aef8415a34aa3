import { createDue } from "../model/queue.ts";
import type { RequestOutcome } from "../model/recorder.ts";
import type { Setup } from "../model/setup.ts";
import type { Simulation } from "../model/simulation.ts";
import type { Router } from "../traffic/router.ts";
import { requestsOf, type Phase } from "./figures.ts";

/** The counts up to a time. */
interface Counted {
  readonly requests: { readonly [F in RequestOutcome]: number };
  readonly restarts: number;
  readonly emptyMs: number;
  readonly refusedMs: number;
}

/** Counts separately before, during and after the trouble. */
export class Phases {
  readonly figures: Phase[] = [];
  readonly #simulation: Simulation;
  readonly #routers: readonly Router[];
  #last: Counted;
  #sinceMs = 0;

  constructor(simulation: Simulation, routers: readonly Router[]) {
    this.#simulation = simulation;
    this.#routers = routers;
    this.#last = this.#counted();
    const { setup, untilMs } = simulation.resolved;
    const phase = phaseOf(setup);
    if (!phase) return;
    for (const [name, seconds] of [
      ["before", phase.fromSeconds],
      ["during", phase.untilSeconds],
    ] as const) {
      const at = Math.round(seconds * 1_000);
      if (at >= untilMs) continue;
      simulation.queue.put(
        createDue(0, simulation.order(), () => this.#close(name, at)),
        at,
      );
    }
  }

  /** Ends the last part. */
  end(): void {
    const names = ["before", "during", "after"] as const;
    const { untilMs } = this.#simulation.resolved;
    this.#close(names[this.figures.length] ?? "after", untilMs);
  }

  #close(name: Phase["name"], now: number): void {
    for (const router of this.#routers) router.advanceTo(now);
    this.#simulation.record.advanceTo(now);
    const [before, after] = [this.#last, this.#counted()];
    const { requests } = after;
    const since = (outcome: RequestOutcome): number => requests[outcome] - before.requests[outcome];
    const seconds = (ms: number): number => Math.round(ms) / 1_000;
    this.figures.push({
      name,
      fromSeconds: seconds(this.#sinceMs),
      untilSeconds: seconds(now),
      requests: {
        fresh: since("fresh"),
        stale: since("stale"),
        stalled: since("stalled"),
        unloaded: since("unloaded"),
        lost: since("lost"),
        refused: since("refused"),
      },
      restarts: after.restarts - before.restarts,
      noneReadySeconds: seconds(after.emptyMs - before.emptyMs),
      noAnswerSeconds: seconds(after.refusedMs - before.refusedMs),
      fewestReady: this.#simulation.record.takeFewest(),
    });
    this.#last = after;
    this.#sinceMs = now;
  }

  #counted(): Counted {
    const { record } = this.#simulation;
    return {
      requests: requestsOf(record),
      restarts: record.restarts,
      emptyMs: this.#routers[0]?.emptyMs ?? 0,
      refusedMs: this.#routers.reduce((sum, { share, refusedMs }) => sum + share * refusedMs, 0),
    };
  }
}

/** Returns the time of the trouble: the given one, or from the first begin to the last end of the planned troubles. */
function phaseOf({ phase, troubles = [], deploy, nodeDrain, durationSeconds }: Setup): Setup["phase"] {
  if (phase) return phase;
  const instants = [deploy, nodeDrain].flatMap((event) => (event ? [event.atSeconds] : []));
  const begins = [...troubles.map(({ fromSeconds }) => fromSeconds), ...instants];
  if (begins.length === 0) return undefined;
  const ends = troubles.map(({ untilSeconds }) => untilSeconds);
  const end = instants.length > 0 ? durationSeconds : Math.max(...ends);
  return { fromSeconds: Math.min(...begins), untilSeconds: Math.max(end, Math.min(...begins)) };
}
