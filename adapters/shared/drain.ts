import type { Health } from "../../src/index.ts";
import { invalidOption, registryOf } from "../../src/internal.ts";
import { drainGroupOf, ONE_SIGNAL_MS } from "./drain-group.ts";
import type { DrainMember } from "./draining.ts";
import { toDrainPlan, type DrainOptions } from "./drain-options.ts";

/** A drain that waits for its signal. */
export interface Drain {
  /**
   * Resolves when all servers have finished and the health has closed. If `cancel()` is called before a signal arrives,
   * it never resolves.
   */
  readonly done: Promise<void>;
  /** Removes the signal handlers, unless a signal has arrived already. */
  cancel(): void;
}

/** The actions of a platform at each step of a drain. */
export interface DrainSteps {
  /** Starts to observe the server. All arguments have been checked. */
  install?(): void;
  /** Begins or ends listening for a signal. */
  listen(turn: "on" | "off", signal: string, listener: () => void): void;
  /** The signal arrived. From now on, each answer closes its connection. */
  begin?(): void;
  /** Accepts no new connections, and calls `stopped` when all open requests have finished. */
  stop(stopped: () => void): void;
  /** Closes all open connections, so that `stop` ends. Without it, the caller must end the process at the deadline. */
  cut?(): void;
  /** The server has finished, or the drain was cancelled before it began. */
  end?(how: "finished" | "cancelled"): void;
}

/**
 * How long a process stays alive after the signal even if it could end, in ms. Otherwise a repeated signal could kill
 * it while it ends.
 */
const LINGER_MS = 200;

/**
 * Runs a drain. On a signal, readiness answers 503 at once. After `delay` the server accepts no new connections and
 * finishes its open requests. At `deadline` it closes the connections that are left. When the last server of the health
 * has finished, `close` runs, and then the health closes. A second signal, more than a second later, ends `delay` at
 * once.
 *
 * @throws TypeError for a wrong option. No signal handler is added then.
 */
export function createDrain(health: Health, steps: DrainSteps, options?: DrainOptions): Drain {
  const { delayMs, deadlineMs, signals, close } = toDrainPlan(options);
  const { clock } = registryOf(health);
  const group = drainGroupOf(health);
  const timers: (() => void)[] = [];
  let phase: "waiting" | "delaying" | "stopping" | "finished" = "waiting";
  let resolveDone: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    resolveDone = resolve;
  });

  const heard: string[] = [];

  const silence = (): void => {
    for (const signal of heard) steps.listen("off", signal, group.signal);
  };

  const finish = (): void => {
    if (phase === "finished") return;
    phase = "finished";
    for (const cancel of timers) cancel();
    steps.end?.("finished");
    group.finished(member);
  };

  const stop = (): void => {
    if (phase !== "delaying") return;
    phase = "stopping";
    steps.stop(finish);
  };

  const expire = (): void => {
    stop();
    if (steps.cut) steps.cut();
    else finish();
  };

  const member: DrainMember = {
    delayMs,
    deadlineMs,
    close,
    begin(elapsedMs) {
      phase = "delaying";
      steps.begin?.();
      timers.push(
        clock.setTimer(stop, Math.max(0, delayMs - elapsedMs), true),
        clock.setTimer(expire, Math.max(0, deadlineMs - elapsedMs), true),
      );
    },
    hurry: stop,
    over() {
      const elapsedMs = group.elapsedMs();
      if (elapsedMs < LINGER_MS) clock.setTimer(() => {}, LINGER_MS - elapsedMs, true);
      if (elapsedMs < ONE_SIGNAL_MS) clock.setTimer(silence, ONE_SIGNAL_MS - elapsedMs, false);
      else silence();
      resolveDone();
    },
  };

  for (const signal of signals)
    try {
      steps.listen("on", signal, group.signal);
      heard.push(signal);
    } catch {
      silence();
      invalidOption("signals", signal, "signals that this platform can listen for");
    }
  steps.install?.();
  group.join(member);
  return {
    done,
    cancel: () => {
      if (phase !== "waiting") return;
      phase = "finished";
      silence();
      steps.end?.("cancelled");
      group.leave(member);
    },
  };
}
