import fc from "fast-check";
import { expect, test } from "vitest";
import { SeamWorld } from "./seam-world.ts";

const RUNS = Math.ceil(Number(process.env["RUNS"] ?? 20_000) / 20);

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

const ACTS = {
  start: (world) => {
    world.begin();
    world.health.start();
  },
  turn: (world) => world.give(world.turn),
  refuseTurn: (world) => {
    const { turn } = world;
    if (turn) turn.state = "refused";
    turn?.refuse(new Error("no gate"));
  },
  lateTurn: (world) => world.give(world.turns.find(({ state, signal }) => state === "asked" && signal.aborted)),
  waiting: (world) => world.turn?.waiting(),
  value: (world) => world.end("value"),
  bad: (world) => world.end("bad"),
  unkept: (world) => world.end("unkept"),
  unchanged: (world) => world.end("unchanged"),
  refused: (world) => world.end("refused"),
  error: (world) => world.end("error"),
  badAgain: (world) => world.endBad("bad"),
  reload: (world) => world.reload(),
  accept: (world) => {
    // Alone, because of several that wait for one load the first speaks.
    if (!world.pending && !world.load) world.reload("bad");
  },
  get: (world) => {
    world.begin();
    world.isDemanded = true;
    world.track(world.index.get());
  },
  invalidate: (world) => world.index.invalidate(),
  unload: (world) => {
    world.isDemanded = true;
    // Before the start the restore has nothing to drop, but it may not come after it either.
    world.isUnloaded = true;
    world.index.unload();
  },
  drain: (world) => {
    world.isOver = true;
    world.health.drain();
  },
  connect: (world) =>
    world.channels.at(-1)?.connect({
      closed: new Promise((resolve) => {
        const channel = world.channels.at(-1);
        if (channel) channel.lose = () => resolve(undefined);
      }),
    }),
  lose: (world) => world.channels.at(-1)?.lose(),
  hint: (world) => tell(world),
  hintHeld: (world) => tell(world, world.index.snapshot().revision),
  hintNew: (world) => tell(world, "new"),
  restoreValue: (world) => answerRestore(world, "good"),
  restoreBad: (world) => answerRestore(world, "bad"),
  restoreNothing: (world) => answerRestore(world, undefined),
  restoreFails: (world) => takeCall(world, "restore")?.fail(new Error("EACCES")),
  write: (world) => takeWrite(world)?.answer(undefined),
  writeSkips: (world) => takeWrite(world)?.answer({ skipped: "a newer value is stored" }),
  writeFails: (world) => takeWrite(world)?.fail(new Error("ENOSPC")),
} satisfies Readonly<Record<string, (world: SeamWorld) => unknown>>;
type Act = keyof typeof ACTS;

/** A hint hurries a load. Until that load it changes nothing that anybody sees. */
function tell(world: SeamWorld, revision?: string): void {
  const seen = (): unknown[] => {
    const { state, age, value, lastError, generation } = world.index.snapshot();
    return [state, age, value, lastError?.error, generation];
  };
  const before = seen();
  world.channels.at(-1)?.hint(revision);
  expect(seen()).toEqual(before);
}

function takeCall(world: SeamWorld, kind: "restore"): SeamWorld["calls"][number] | undefined {
  const place = world.calls.findIndex((call) => call.kind === kind);
  return place < 0 ? undefined : world.calls.splice(place, 1)[0];
}

function takeWrite(world: SeamWorld): SeamWorld["calls"][number] | undefined {
  const place = world.calls.findIndex((call) => call.kind !== "restore");
  return place < 0 ? undefined : world.calls.splice(place, 1)[0];
}

function answerRestore(world: SeamWorld, how: "good" | "bad" | undefined): void {
  const call = takeCall(world, "restore");
  if (!call || !how) return call?.answer(undefined);
  const item = world.item({ isBad: how === "bad", isRestored: true });
  if (!item.isBad) world.accepted.add(item);
  const checkedAt = world.clock.wall() - 7_000;
  call.answer({ value: item, revision: item.revision, checkedAt, asOf: undefined, origin: "store" });
}

const acts = Object.keys(ACTS).filter((act) => act !== "drain") as Act[];
const command = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom<Act>(...acts) },
  { weight: 8, arbitrary: fc.constantFrom<Act>("turn", "turn", "value", "value", "write", "restoreValue", "start") },
  { weight: 3, arbitrary: fc.constantFrom<Act>("accept", "badAgain", "hint", "reload") },
  { weight: 6, arbitrary: fc.oneof(fc.constantFrom(1, 99, 100, 999, 1_000, 3_000, 10_000), fc.nat(70_000)) },
  { weight: 1, arbitrary: fc.constant<Act>("drain") },
);

async function live(commands: readonly (Act | number)[]): Promise<void> {
  const world = new SeamWorld();
  const { clock, health, index, faults } = world;
  await clock.settle();
  for (const one of commands) {
    if (typeof one === "number") await clock.advance(one);
    else ACTS[one](world);
    await clock.settle();
    world.check();
    expect(faults).toEqual([]);
  }
  // Whatever the history was: a source, a gate and a store that are well again bring READY.
  if (world.isRunning && !world.isOver) {
    const isWell = (): boolean => index.snapshot().state === "READY" && index.snapshot().attempt === 1;
    for (let round = 0; round < 400 && !isWell(); round++) {
      for (const heal of ["turn", "restoreNothing", "write", "value"] as const) {
        ACTS[heal](world);
        await clock.settle();
      }
      await clock.advance(1_000);
      world.check();
    }
    expect(index.snapshot()).toMatchObject({ state: "READY", attempt: 1 });
  }
  const closed = health.close();
  for (const turn of world.turns.filter(({ state }) => state === "asked")) world.give(turn);
  while (world.calls.length) {
    for (const call of world.calls.splice(0)) call.answer(undefined);
    await clock.settle();
  }
  for (const load of world.loads) if (load.isOpen) load.fail(new Error("closed"));
  await clock.advance(10_000);
  await closed;
  expect(faults).toEqual([]);
  expect({
    timers: clock.timers,
    waiting: world.pending,
    turns: world.turns.filter(({ state }) => state === "given").length,
    open: world.channels.filter(({ signal }) => !signal.aborted).length,
    kept: world.items.filter(({ disposed }) => disposed !== 1),
  }).toEqual({ timers: 0, waiting: 0, turns: 0, open: 0, kept: [] });
}

test(
  "whatever a gate, a store, a channel of hints, a source and an operator do, each keeps its rules and nothing is left",
  async () => {
    await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 40, size: "max" }), live), { numRuns: RUNS });
    expect(rejections).toEqual([]);
  },
  60_000 + RUNS * 30,
);
