import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fleet, fleetStatus, memoryFleet, retryRevision, rollout, type FleetStore } from "../../src/fleet/index.ts";
import { byVersion, createHealth, loaded, SourceError, type Health, type Resource } from "../../src/index.ts";
import { createHeapClock, type HeapClock } from "./heap-clock.ts";

const rejections: unknown[] = [];
const hear = (reason: unknown): void => void rejections.push(reason);
beforeEach(() => void process.on("unhandledRejection", hear));
afterEach(() => {
  process.off("unhandledRejection", hear);
  expect(rejections.splice(0)).toEqual([]);
});

type Verb = "beat" | "read" | "write";

interface Kit {
  readonly clock: HeapClock;
  readonly health: Health;
  readonly index: Resource<{ readonly revision: string }>;
  readonly types: string[];
  readonly reasons: (string | undefined)[];
  /** What a verb answers from now on; without it the store in memory answers. */
  readonly says: Partial<Record<Verb, (answer: unknown) => unknown>>;
  /** The store as everybody else has it. */
  readonly memory: FleetStore;
  announced: string;
  /** The revision that `validate` refuses. */
  refuses: string;
}

/** One replica that rolls out, on a store whose answers the test bends. */
async function createKit(options: { readonly loads?: number } = {}): Promise<Kit> {
  const clock = createHeapClock(() => 0.5);
  const memory = memoryFleet({ clock });
  const says: Kit["says"] = {};
  const bent = async (verb: Verb, answer: PromiseLike<unknown>): Promise<never> => {
    const given = await answer;
    const say = says[verb];
    // SAFETY: what is wrong with it is what the tests are about.
    return (say ? say(given) : given) as never;
  };
  const group = fleet(
    {
      beat: (name, beat) => bent("beat", memory.beat(name, beat)),
      read: (name) => bent("read", memory.read(name)),
      write: (name, note) => bent("write", memory.write(name, note)),
    },
    { group: "matcher", replica: "r", ...options },
  );
  const health = createHealth({ clock, fleet: group });
  const types: string[] = [];
  const reasons: (string | undefined)[] = [];
  health.subscribe((event) => {
    if (event.type === "store-gone" || event.type === "store-back") {
      types.push(event.type);
      reasons.push(event.reason);
    }
  });
  const source = byVersion({
    version: () => ({ revision: kit.announced }),
    load: (revision: string) => ({ revision }),
    addressed: true,
  });
  const index = health.resource<{ readonly revision: string }>("index", {
    load: rollout(source, { fleet: group, soak: "1m" }),
    validate: ({ revision }) => revision !== kit.refuses,
    refreshEvery: "10s",
  });
  const kit: Kit = { clock, health, index, types, reasons, says, memory, announced: "v1", refuses: "" };
  health.start();
  await clock.advance("1m");
  expect(index.snapshot()).toMatchObject({ state: "READY", revision: "v1" });
  return kit;
}

const stateOf = ({ index }: Kit): unknown => index.snapshot().state;

const WRONG: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a text", "ok"],
  ["a list", []],
  ["an empty object", {}],
  ["an object that cannot be read", new Proxy({}, { get: () => { throw new Error("no"); } })], // prettier-ignore
];

describe("a store that answers what is no answer (FLEET 1.6)", () => {
  test.each(WRONG)("a beat that is answered %s is a failed call, and the store counts as gone", async (_, answer) => {
    const kit = await createKit();
    kit.says.beat = () => answer;
    await kit.clock.advance("1m");
    expect([kit.types, stateOf(kit), kit.health.snapshot().fleet?.store]).toEqual([["store-gone"], "READY", "gone"]);
    expect(kit.reasons[0]).toMatch(/^(?:the store's answer has no .+|no)$/);
    delete kit.says.beat;
    await kit.clock.advance("1m");
    expect(kit.types).toEqual(["store-gone", "store-back"]);
  });

  test.each([
    ["a text for a number", { leaveMs: "15000" }],
    ["no number", { leaveMs: NaN }],
    ["a number below 0", { place: -1 }],
    ["a leave without an end", { leaveMs: Infinity }],
    ["no list of notes", { notes: {} }],
    ["a note that is null", { notes: [null] }],
    ["a note without a text", { notes: [{ name: "pin:index", version: 3 }] }],
    ["turns that are a text", { turns: "index" }],
    ["a place that is a text", { turns: { index: "1" } }],
  ])("%s in an answer makes it a failed call", async (_, part) => {
    const kit = await createKit();
    kit.says.beat = (answer) => ({ ...Object(answer), ...part });
    await kit.clock.advance("1m");
    expect([kit.types, stateOf(kit)]).toEqual([["store-gone"], "READY"]);
  });

  test("a store that hangs is gone for a reason that names the store", async () => {
    const kit = await createKit();
    kit.says.beat = () => new Promise(() => {});
    await kit.clock.advance("1m");
    expect([kit.types, kit.reasons]).toEqual([["store-gone"], ["the store has not answered the previous call"]]);
  });

  test("an answer without the place of a resource that waits gives no turn", async () => {
    const kit = await createKit({ loads: 1 });
    kit.says.beat = (answer) => ({ ...Object(answer), turns: {} });
    await kit.clock.advance("20s");
    // It was not taken for a turn: the load went because the store was gone.
    expect(kit.types).toEqual(["store-gone"]);
  });

  test.each([...WRONG, ["members that are null", { members: [null], notes: [] }] as const])(
    "a reading that is %s fails no load",
    async (_, reading) => {
      const kit = await createKit();
      kit.says.read = () => reading;
      kit.announced = "v2";
      await kit.clock.advance("20s");
      expect(stateOf(kit)).toBe("READY");
      expect(kit.index.snapshot().lastError).toBeUndefined();
    },
  );

  test("fleetStatus() says that a reading is none", async () => {
    for (const [, reading] of WRONG.slice(0, -1)) {
      const store = { ...memoryFleet(), read: async () => reading as never };
      await expect(fleetStatus(store, "matcher")).rejects.toBeInstanceOf(SourceError);
    }
  });
});

describe("what another version or another hand has written", () => {
  const NOTES = [
    "",
    "{",
    "null",
    "[]",
    '"v1"',
    '{"refused":null}',
    '{"refused":[null,1,"v2",{}]}',
    '{"refused":[],"trial":"v2"}',
    '{"refused":[],"trial":null,"stable":7,"retries":[]}',
    '{"refused":[],"trial":{"revision":"v2"}}',
    '{"refused":[],"trial":{"revision":7,"step":"x"},"retries":{"v2":"x"}}',
    '{"serial":"1","revision":{}}',
    '{"serial":1e400,"revision":"v9"}',
  ];

  test.each(NOTES)("the notes %j stop neither a load nor the process", async (text) => {
    const kit = await createKit();
    for (const name of ["rollout:index", "pin:index"]) {
      const { notes } = await kit.memory.read("matcher");
      const version = notes.find((note) => note.name === name)?.version ?? 0;
      expect(await kit.memory.write("matcher", { name, version, text })).toBe(true);
    }
    kit.announced = "v2";
    await kit.clock.advance("10m");
    expect(kit.types).toEqual([]);
    expect(kit.index.snapshot()).toMatchObject({ state: "READY", revision: "v2" });
    expect((await fleetStatus(kit.memory, "matcher")).rollouts).toMatchObject([{ resource: "index" }]);
  });

  const REPORTS = [
    "",
    "{",
    "null",
    '{"resources":null}',
    '{"resources":[null,7,{}]}',
    '{"state":"GREAT","resources":[{"name":"index","rollout":true,"revision":7,"bad":"v2","age":"old"}]}',
    '{"state":"READY","resources":[{"name":"index","rollout":true,"revision":"v1","bad":{"revision":7}}]}',
  ];

  test.each(REPORTS)("a replica that reports %j stops no other", async (report) => {
    const kit = await createKit();
    await kit.memory.beat("matcher", {
      replica: "other",
      serial: 1,
      ttlMs: 3_600_000,
      isClosed: false,
      knownForMs: 0,
      standing: "in",
      isWedged: false,
      staleness: 0,
      leaveLeftMs: 0,
      leave: { most: 1 },
      turns: [],
      notes: {},
      report,
    });
    kit.announced = "v2";
    await kit.clock.advance("10m");
    expect(stateOf(kit)).toBe("READY");
    const { replicas } = await fleetStatus(kit.memory, "matcher");
    const other = replicas.find(({ replica }) => replica === "other");
    expect(["NOT_LOADED", "READY"]).toContain(other?.state);
    for (const { name, age, revision, bad } of other?.resources ?? []) {
      expect([typeof name, typeof (age ?? 0), typeof (revision ?? "")]).toEqual(["string", "number", "string"]);
      expect(typeof (bad?.revision ?? "")).toBe("string");
    }
  });

  test.each(["constructor", "__proto__", "toString", "v2\u0000", "\ud800", "x".repeat(100_000)])(
    "a revision may be called %j, and be refused",
    async (revision) => {
      const kit = await createKit();
      // That another revision was asked for again brings the map of retries into being.
      const { notes } = await kit.memory.read("matcher");
      const version = notes.find(({ name }) => name === "rollout:index")?.version ?? 0;
      const text = JSON.stringify({ stable: "v1", refused: [], retries: { v9: 1 } });
      await kit.memory.write("matcher", { name: "rollout:index", version, text });
      kit.refuses = revision;
      kit.announced = revision;
      await kit.clock.advance("5m");
      expect(kit.index.snapshot()).toMatchObject({ state: "READY", revision: "v1" });
      expect((await fleetStatus(kit.memory, "matcher")).rollouts).toMatchObject([{ refused: [{ revision }] }]);
      kit.refuses = "";
      expect(await retryRevision(kit.memory, { group: "matcher", resource: "index", revision })).toBe(true);
      await kit.clock.advance("5m");
      expect(kit.index.snapshot()).toMatchObject({ state: "READY", revision });
    },
  );
});

test("a leave is never longer than the ttl, whatever the store says (FLEET 1.3)", async () => {
  const clock = createHeapClock(() => 0.5);
  const memory = memoryFleet({ clock });
  let isGone = false;
  const make = (name: string, bend: (leaveMs: number) => number): Health => {
    const store: FleetStore = {
      ...memory,
      beat: async (group, beat) => {
        if (isGone) throw new Error("gone");
        const answer = await memory.beat(group, beat);
        return { ...answer, leaveMs: bend(answer.leaveMs) };
      },
    };
    const health = createHealth({ clock, fleet: fleet(store, { group: "matcher", replica: name }) });
    let isFirst = true;
    health.resource("index", {
      load: () => {
        if (!isFirst && name === "a") throw new Error("the source is down");
        isFirst = false;
        return loaded({ name });
      },
      refreshEvery: "10s",
      staleAfter: "25s",
    });
    health.start();
    return health;
  };
  const one = make("a", (leaveMs) => (leaveMs > 0 ? 1e12 : 0));
  make("b", (leaveMs) => leaveMs);
  await clock.advance("1m");
  expect(one.snapshot().fleet).toMatchObject({ out: true, heldIn: false });
  isGone = true;
  await clock.advance("15s");
  expect(one.snapshot().fleet).toMatchObject({ out: false, heldIn: true });
});

describe("the name that a store gives a replica", () => {
  const named = (nameOf: unknown): unknown =>
    createHealth({ fleet: fleet({ ...memoryFleet(), nameOf: nameOf as () => string }, { group: "matcher" }) });

  test.each([7, null, "name", {}])("nameOf %j is refused by fleet()", (nameOf) => {
    expect(() => named(nameOf)).toThrow(
      expect.objectContaining({
        name: "TypeError",
        code: "HS_INVALID_OPTION",
        message: expect.stringMatching(/nameOf/),
      }),
    );
  });

  test.each([undefined, "", "two words", "ü", "x".repeat(201), 7, {}])("a name %j is refused", (name) => {
    expect(() => named(() => name)).toThrow(
      expect.objectContaining({
        name: "TypeError",
        code: "HS_INVALID_OPTION",
        message: expect.stringMatching(/nameOf/),
      }),
    );
  });

  test("a store that gives none leaves the random part to the library", () => {
    const health = createHealth({ fleet: fleet({ ...memoryFleet(), nameOf: undefined }, { group: "matcher" }) });
    expect(health.snapshot().fleet?.replica).toMatch(/-[0-9a-f]{8}$/);
  });
});

test.each(["before the first load", "later"])(
  "a loader of rollout() that a second resource gets %s is refused by its name",
  async (when) => {
    const clock = createHeapClock(() => 0.5);
    const group = fleet(memoryFleet({ clock }), { group: "matcher" });
    const health = createHealth({ clock, fleet: group });
    health.subscribe(() => {});
    const source = byVersion({ version: () => ({ revision: "v1" }), load: (revision: string) => ({ revision }) });
    const load = rollout(source, { fleet: group });
    const add = (name: string): Resource<object> => health.resource(name, { load, refreshEvery: "10s" });
    const first = add("index");
    if (when === "later") {
      health.start();
      await clock.advance("1m");
      expect(first.snapshot().state).toBe("READY");
    }
    const second = add("rates");
    health.start();
    await clock.advance("1m");
    for (const { lastError } of [first.snapshot(), second.snapshot()])
      expect(lastError?.error).toMatchObject({
        code: "HS_WRONG_MODE",
        message:
          "health-state: the loader of rollout() belongs to several resources. Call rollout() once for each resource.",
      });
  },
);

test("a resource that is closed and made again rolls out as a new one", async () => {
  const clock = createHeapClock(() => 0.5);
  const group = fleet(memoryFleet({ clock }), { group: "matcher" });
  const health = createHealth({ clock, fleet: group });
  let announced = "v1";
  const source = byVersion({
    version: () => ({ revision: announced }),
    load: (revision: string) => ({ revision }),
    addressed: true,
  });
  const load = rollout(source, { fleet: group, soak: "1m" });
  const add = (): Resource<{ readonly revision: string }> => health.resource("index", { load, refreshEvery: "10s" });
  const before = add();
  health.start();
  await clock.advance("1m");
  before.close();
  const index = add();
  await clock.advance("1m");
  expect(index.snapshot()).toMatchObject({ state: "READY", revision: "v1" });
  announced = "v2";
  await clock.advance("5m");
  expect(index.snapshot()).toMatchObject({ state: "READY", revision: "v2", behind: undefined });
});
