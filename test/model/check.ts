import { expect } from "vitest";
import { internalsOf } from "../../src/handler/internals.ts";
import type { State } from "../../src/index.ts";
import { PLATFORM, type Playing } from "./playing.ts";

/** What each state means to readiness, from the README's table. */
const ALIVE: Readonly<Record<State, boolean>> = { NOT_LOADED: false, LOADING: false, READY: true, STALE: true };

/** Everything that holds at any moment at which nothing is queued. */
export function check(world: Playing): void {
  const { clock, index, ref, now, phase, faults } = world;
  const snapshot = index.snapshot();
  const claim = (holds: boolean, what: string): unknown => world.fault(holds, what);

  claim(snapshot.state === ref.state, `${snapshot.state} where the reference is ${ref.state}`);
  claim(snapshot.value === ref.held?.value && index.peek() === ref.held?.value, "another value");
  claim(snapshot.generation === ref.generation, `generation ${snapshot.generation}, not ${ref.generation}`);
  claim(
    snapshot.age === (ref.held && Math.max(0, now - ref.held.since)),
    `age ${snapshot.age} at ${now} since ${ref.held?.since}`,
  );
  claim(snapshot.refreshing === (ref.held !== undefined && ref.run !== undefined), "refreshing");
  claim(snapshot.attempt === ref.failures + 1, `attempt ${snapshot.attempt} after ${ref.failures} failures`);
  claim(snapshot.abandoned === world.abandoned, `${snapshot.abandoned} abandoned, not ${world.abandoned}`);
  claim((world.current !== undefined) === (ref.run !== undefined), "a run without a load");
  claim((snapshot.lastError !== undefined) === (world.failed !== undefined), "lastError");
  const error = world.failed?.error;
  if (typeof error !== "symbol" && world.failed) claim(snapshot.lastError?.error === error, "lastError is another's");
  for (const { context, outcome, open } of world.loads)
    claim(
      context.signal.aborted === (outcome === "freed" || (outcome === "failed" && open)) || !open,
      `signal of a load that is ${outcome}`,
    );

  if (phase !== "running" || ref.run) claim(snapshot.nextAttemptAt === undefined, `planned while ${phase}`);
  else {
    const at = world.plannedAt ?? Infinity;
    claim(at >= world.plan[0] && at <= world.plan[1], `planned at ${at}, not within ${world.plan.join(" and ")}`);
    claim(at > now, `due at ${at}, and it is ${now}`);
  }

  claim(ref.run !== undefined || world.pending("get") + world.pending("reload") === 0, "somebody waits for nothing");
  const waiting = world.promised.some(({ open }) => open);
  claim(waiting || phase === "closed" || clock.holding === 0, "the process is held for nobody");
  claim(!waiting || !ref.run || clock.holding > 0, "a waiter does not hold the process");
  claim(phase === "closed" || clock.timers <= 1, `${clock.timers} timers`);

  expect(world.told).toEqual(ref.told);
  for (const { from, heard, gone } of world.guests) {
    const all = from < 0 ? [] : world.told.slice(from);
    expect(gone ? all.slice(0, heard.length) : all).toEqual(heard);
  }
  if (phase !== "idle") probe(world);
  expect(faults).toEqual([]);
}

function probe(world: Playing): void {
  const { health, ref, now, phase, setup } = world;
  const ask = (path: string): unknown => {
    const answer = internalsOf(health).ask("GET", path, undefined, PLATFORM);
    return [answer?.status, answer?.body, answer?.headers["health-state"], answer?.headers["retry-after"]];
  };
  const state = phase === "closed" ? "NOT_LOADED" : ref.state;
  const refused = ref.held !== undefined && now - ref.held.since > setup.limits.refuseAfter;
  const { plannedAt } = world;
  const planned = plannedAt === undefined ? 5 : Math.min(30, Math.max(1, Math.ceil((plannedAt - now) / 1_000)));
  const no = (word: string): unknown => [503, word, state, String(planned)];
  const yes = [200, "I-AM-ALIVE", state, undefined];
  expect(ask("/status")).toEqual(
    !ALIVE[state]
      ? no("INDEX-NOT-LOADED")
      : phase === "draining"
        ? no("INDEX-DRAINING")
        : refused
          ? no("INDEX-STALE")
          : yes,
  );
  expect(ask("/status/startup")).toEqual(phase !== "closed" && ref.generation ? yes : no("INDEX-NOT-LOADED"));
  expect(ask("/status/live")).toEqual([200, "I-AM-ALIVE", undefined, undefined]);
  world.fault(
    world.pending("ready") === 0 || !ALIVE[state] || refused || phase !== "running",
    "ready, and somebody waits for it",
  );
}

/** The end of every world: nothing is left behind. */
export async function tearDown(world: Playing): Promise<void> {
  const { clock, faults } = world;
  await world.play(["act", "close"]);
  check(world);
  while (world.leases.length) world.act("release");
  for (const load of world.loads) world.end(load, "value");
  await clock.settle();
  await clock.advance(5_000);
  expect(world.index.peek()).toBeUndefined();
  expect({ timers: clock.timers, holding: clock.holding }).toEqual({ timers: 0, holding: 0 });
  expect(world.promised.filter(({ open }) => open)).toEqual([]);
  expect(world.items.filter(({ disposed }) => disposed !== 1)).toEqual([]);
  expect(faults).toEqual([]);
}
