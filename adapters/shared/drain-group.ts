import { toSafeText, type Health } from "../../src/index.ts";
import { registryOf, warn } from "../../src/internal.ts";
import { findClusterWorker } from "./cluster.ts";
import { drains, type DrainGroup, type DrainMember } from "./draining.ts";

/**
 * A signal within this time after the first one, in ms, counts as the same signal. A process can receive it twice: from
 * the terminal, and again from a parent process that forwards it.
 */
export const ONE_SIGNAL_MS: number = 1_000;
/** `close` always has this long, in ms, even if connections were open until the deadline. */
const SHORTEST_CLOSE_MS = 1_000;

/** The servers that drain this health. */
export function drainGroupOf(health: Health): DrainGroup {
  const { groups } = drains();
  let group = groups.get(health);
  if (!group) {
    group = createDrainGroup(health);
    groups.set(health, group);
  }
  return group;
}

function createDrainGroup(health: Health): DrainGroup {
  const { clock } = registryOf(health);
  /** Servers that have not finished. */
  const members = new Set<DrainMember>();
  /** Servers that have finished and wait for the others. */
  let waiting: DrainMember[] = [];
  let begunAt: number | undefined;
  let hurried = false;
  let ending: Promise<void> = Promise.resolve();

  const elapsedMs = (): number => (begunAt === undefined ? 0 : clock.monotonic() - begunAt);

  const hurry = (): void => {
    hurried = true;
    for (const member of members) member.hurry();
  };

  const end = async (): Promise<void> => {
    const last = waiting;
    waiting = [];
    // If several servers have the same `close`, it runs once.
    const closes = new Set(last.flatMap(({ close }) => close ?? []));
    const leftMs = Math.max(...last.map(({ deadlineMs }) => deadlineMs)) - elapsedMs();
    if (closes.size) await closeAll([...closes], Math.max(leftMs, SHORTEST_CLOSE_MS));
    await health.close();
    for (const member of last) member.over();
    if (!members.size) drains().open.delete(group);
    if (!drains().open.size) await leaveCluster();
  };

  /** Runs all functions and waits for them, at most for the remaining time. If one fails, the others still run. */
  const closeAll = async (closes: readonly (() => unknown)[], leftMs: number): Promise<void> => {
    const runClose = async (close: () => unknown): Promise<void> => {
      try {
        await close();
      } catch (error) {
        warnOfClose(`failed: ${toSafeText(error)}`);
      }
    };
    await new Promise<void>((resolve) => {
      const giveUp = (): void => {
        warnOfClose("has not finished in time");
        resolve();
      };
      const cancel = clock.setTimer(giveUp, leftMs, true);
      void Promise.all(closes.map(runClose)).then(() => {
        cancel();
        resolve();
      });
    });
  };

  /** Disconnects a worker. This is the last step. Its channel to the primary would keep the process alive. */
  const leaveCluster = async (): Promise<void> => {
    const worker = await findClusterWorker();
    if (!worker) return;
    // The code that waits for `done` runs first, because it may send a last message to the primary.
    await new Promise<void>((resolve) => clock.setTimer(resolve, 0, true));
    worker.disconnect();
  };

  const group: DrainGroup = {
    join(member) {
      members.add(member);
      drains().open.add(group);
      if (begunAt === undefined) return;
      member.begin(elapsedMs());
      if (hurried) member.hurry();
    },
    leave(member) {
      members.delete(member);
      if (!members.size) drains().open.delete(group);
    },
    signal() {
      if (begunAt !== undefined) {
        if (elapsedMs() >= ONE_SIGNAL_MS) hurry();
        return;
      }
      begunAt = clock.monotonic();
      // The drain is announced before a server stops. The event contains the time until the first server stops.
      health.drain({ delayMs: Math.min(...[...members].map(({ delayMs }) => delayMs)) });
      for (const member of members) member.begin(0);
    },
    elapsedMs,
    finished(member) {
      waiting.push(member);
      members.delete(member);
      if (members.size) return;
      // A server that joins later needs no delay, because all others have finished.
      hurried = true;
      ending = ending.then(end);
    },
  };
  return group;
}

function warnOfClose(what: string): void {
  warn(`the close of drainOnSignal() ${what}. The health closes anyway.`);
}
