import {
  fleet,
  memoryFleet,
  rollout,
  type FleetStore,
  type RolloutLoader,
  type RolloutOptions,
} from "../../src/fleet/index.ts";
import { byVersion, createHealth, type Health, type Rejection, type Resource } from "../../src/index.ts";
import { chanceOf } from "./chance.ts";
import { createHeapClock, type HeapClock } from "./heap-clock.ts";

interface Value {
  readonly revision: string;
}

export interface Replica {
  readonly health: Health;
  readonly index: Resource<Value>;
  readonly load: RolloutLoader<Value>;
  readonly rejections: Rejection[];
}

export interface Kit {
  readonly clock: HeapClock;
  readonly replicas: Replica[];
  announced: string;
  isGone: boolean;
  /** Whether the store is gone for this replica alone. */
  isCut: (replica: Replica) => boolean;
  /** Why the source cannot load a revision. */
  faultOf: (revision: string) => Error | undefined;
  flush(): void;
  /** The store, as a command reaches it. */
  readonly store: () => FleetStore;
  /** Makes writes of replicas fail. */
  isReadOnly: boolean;
  /** How many replicas hold each revision. */
  held(): Record<string, number>;
  behind(): readonly (string | undefined)[];
  add(): Replica;
}

/** Replicas whose loader rolls out with care. A revision that begins with `bad` is refused by `validate`. */
export async function createKit(count: number, options: Partial<RolloutOptions> = {}, addressed = true): Promise<Kit> {
  const chance = chanceOf(3);
  const clock = createHeapClock(chance);
  let memory = memoryFleet({ clock });
  const failed = (): Promise<never> => Promise.reject(new Error("the store is gone"));
  const kit: Kit = {
    clock,
    replicas: [],
    announced: "v1",
    isGone: false,
    isCut: () => false,
    faultOf: () => undefined,
    flush: () => void (memory = memoryFleet({ clock })),
    store: () => memory,
    isReadOnly: false,
    held() {
      const counts: Record<string, number> = {};
      for (const { index } of kit.replicas) {
        const revision = index.peek()?.revision ?? "none";
        counts[revision] = (counts[revision] ?? 0) + 1;
      }
      return counts;
    },
    behind: () => kit.replicas.map(({ index }) => index.snapshot().behind),
    add() {
      const isGone = (): boolean => kit.isGone || kit.isCut(replica);
      const group = fleet(
        {
          beat: (name, beat) => (isGone() ? failed() : memory.beat(name, beat)),
          read: (name) => (isGone() ? failed() : memory.read(name)),
          write: (name, note) => (isGone() || kit.isReadOnly ? failed() : memory.write(name, note)),
        },
        { group: "matcher", replica: `r${kit.replicas.length}` },
      );
      const health = createHealth({ clock, fleet: group });
      const load = rollout<Value>(
        byVersion({
          version: () => ({ revision: kit.announced }),
          load(revision) {
            const fault = kit.faultOf(revision);
            if (fault) throw fault;
            return { revision };
          },
          addressed,
        }),
        { fleet: group, soak: "10m", ...options },
      );
      const rejections: Rejection[] = [];
      const index = health.resource("index", {
        load,
        refreshEvery: "30s",
        validate: ({ revision }) => !revision.startsWith("bad"),
        onRejected: (rejection) => rejections.push(rejection),
      });
      const replica: Replica = { health, index, load, rejections };
      kit.replicas.push(replica);
      health.start();
      return replica;
    },
  };
  for (let at = 0; at < count; at++) kit.add();
  await clock.advance("1m");
  return kit;
}

/** The plan of the resource in the store. */
export async function planOf(kit: Kit): Promise<unknown> {
  const text = (await kit.store().read("matcher")).notes.find(({ name }) => name === "rollout:index")?.text;
  return text === undefined ? undefined : JSON.parse(text);
}
