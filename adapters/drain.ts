import { toMs, type Duration, type Health } from "../src/index.ts";

/** How long a drain takes. */
export interface DrainOptions {
  /**
   * How long to go on serving after readiness turned 503: at least what the prober needs to notice
   * (period x failure threshold) and the network to follow. All servers refuse connections the moment
   * they stop listening.
   * @default "10s"
   */
  readonly delay?: Duration;
  /**
   * When connections still open are cut, counted from the signal; less than what the platform waits
   * before SIGKILL (Kubernetes: `terminationGracePeriodSeconds`, 30 s). At least `delay`.
   * @default "25s", or `delay` plus 15 s if that is more
   */
  readonly deadline?: Duration;
  /**
   * The signals to wait for.
   * @default SIGTERM and SIGINT
   */
  readonly signals?: readonly string[];
}

/** A drain that waits for its signal. */
export interface Drain {
  /** Settles when the server has closed and the health too; free what else the process holds then. */
  readonly done: Promise<void>;
  /** Takes the signal handlers away, unless a signal has come already. */
  cancel(): void;
}

/** What a platform does at each step of a drain. */
export interface DrainSteps {
  /** Begins or ends listening for a signal. */
  listen(on: boolean, signal: string, listener: () => void): void;
  /** The signal came: from now on each connection ends with its next answer. */
  begin?(): void;
  /** Stops accepting, and calls back when what is in flight has finished. */
  stop(stopped: () => void): void;
  /** Cuts what is still open, so that `stop` ends. A platform without it is left to the caller at the deadline. */
  cut?(): void;
  /** It is over, or was cancelled before it began. */
  end?(): void;
}

const draining = new WeakSet<Health>();

/** Whether a signal has come, so that answers end their connections. */
export function isDraining(health: Health): boolean {
  return draining.has(health);
}

/**
 * The order that every server needs: on a signal readiness answers 503 at once and liveness 200; after
 * `delay` the server stops accepting and finishes what is in flight; at `deadline` the rest is cut; then
 * the health closes. A second signal cuts the delay short.
 *
 * @throws TypeError for a bad duration, or a deadline before the delay is over
 */
export function createDrain(health: Health, steps: DrainSteps, options: DrainOptions = {}): Drain {
  const delay = toMs("delay", options.delay ?? "10s", 0);
  const deadline = toMs("deadline", options.deadline ?? Math.max(25_000, delay + 15_000), delay);
  const signals = options.signals ?? ["SIGTERM", "SIGINT"];
  const { clock } = health;
  const timers: (() => void)[] = [];
  let phase: "waiting" | "delaying" | "stopping" | "over" = "waiting";
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const listen = (on: boolean): void => {
    for (const signal of signals) steps.listen(on, signal, onSignal);
  };

  const end = (): void => {
    if (phase === "over") return;
    phase = "over";
    for (const cancel of timers) cancel();
    listen(false);
    steps.end?.();
    void health.close().then(finish);
  };

  const stop = (): void => {
    if (phase !== "delaying") return;
    phase = "stopping";
    steps.stop(end);
  };

  const onSignal = (): void => {
    if (phase !== "waiting") return stop();
    phase = "delaying";
    draining.add(health);
    health.drain();
    steps.begin?.();
    timers.push(
      clock.setTimer(stop, delay, true),
      clock.setTimer(
        () => {
          stop();
          if (steps.cut) steps.cut();
          else end();
        },
        deadline,
        true,
      ),
    );
  };

  listen(true);
  return {
    done,
    cancel: () => {
      if (phase !== "waiting") return;
      phase = "over";
      listen(false);
      steps.end?.();
    },
  };
}
