import { startHaproxy } from "./balancer/haproxy.ts";
import { startRoundRobin } from "./balancer/round-robin.ts";
import { startTraffic } from "./balancer/traffic.ts";
import { changesOf, type Breakable } from "./process/breakable.ts";
import { findProgram } from "./process/program.ts";
import { startReplica } from "./replica/start-replica.ts";
import { QUALITIES, type Quality } from "./source/prices.ts";
import { startSource } from "./source/source.ts";
import { startStore } from "./store/start-store.ts";
import { openStore } from "./store/store-address.ts";
import { look, type Line, type Scene, type View } from "./view.ts";

/** The whole demo without its page. */
export interface Stage {
  readonly scene: Scene;
  /** What was seen last. */
  readonly view: View;
  /** Kills or heals something by its name. Gives whether there is such a thing. */
  change(how: "kill" | "heal", name: string): Promise<boolean>;
  publish(quality: Quality): void;
  close(): Promise<void>;
}

const REPLICAS = ["r1", "r2", "r3", "r4", "r5"];
const LOOK_MS = 500;
const MOST_LINES = 40;

/** @param without programs that are not used although they are installed: `redis`, `haproxy` */
export async function openStage(without: readonly string[]): Promise<Stage> {
  const lines: Line[] = [];
  const tell = (who: string, what: string): void => {
    lines.unshift({ at: Date.now(), who, what });
    lines.length = Math.min(lines.length, MOST_LINES);
  };

  const source = await startSource();
  const store = await startStore(!without.includes("redis"));
  const opened = openStore(store.address);
  const replicas = await Promise.all(
    REPLICAS.map((name) =>
      startReplica({ name, store: store.address, sourceUrl: source.url, hear: (says) => tell(name, says) }),
    ),
  );
  const haproxy = without.includes("haproxy") ? undefined : findProgram("haproxy");
  const balancer = haproxy === undefined ? startRoundRobin(replicas) : await startHaproxy(haproxy, replicas);
  const traffic = startTraffic(balancer);

  const scene: Scene = { source, store, fleet: opened.store, balancer, traffic, replicas, lines };
  let view = await look(scene);
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      view = await look(scene);
    } finally {
      isLooking = false;
    }
  }, LOOK_MS);

  const breakable: readonly (readonly [string, Breakable])[] = [
    ["source", source],
    ["store", store],
    ...replicas.map((replica) => [replica.name, replica] as const),
  ];
  const changes = new Map(
    breakable.map(([name, thing]) => [name, changesOf(thing, (what) => tell(name, what))] as const),
  );

  return {
    scene,
    get view() {
      return view;
    },
    async change(how, name) {
      const change = changes.get(name);
      await change?.(how);
      return change !== undefined;
    },
    publish(quality) {
      tell("source", `announces ${source.publish(quality)}. ${QUALITIES[quality]}`);
    },
    async close() {
      clearInterval(timer);
      await traffic.stop();
      await balancer.close();
      await Promise.all(replicas.map((replica) => replica.kill()));
      opened.close();
      await Promise.all([store.kill(), source.kill()]);
    },
  };
}
