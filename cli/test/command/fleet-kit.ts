import { createHealth, byVersion } from "health-state";
import { fleet, memoryFleet, rollout, type FleetStore } from "health-state/fleet";
import { createVirtualClock } from "health-state/testing";
import { runCommand } from "../../src/command/run.ts";
import type { StoreAddress } from "../../src/io/io.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly addresses: readonly StoreAddress[];
  readonly closed: number;
}

/** Runs `fleet` on a store in memory, and looks so many times. */
export async function runFleet(
  args: readonly string[],
  store: FleetStore = memoryFleet(),
  env: Readonly<Record<string, string>> = { HEALTH_STATE_REDIS: "redis://127.0.0.1" },
  looks = 1,
): Promise<Ran> {
  let out = "";
  let err = "";
  let closed = 0;
  let left = looks;
  const addresses: StoreAddress[] = [];
  const no = (): Promise<never> => Promise.reject(new Error("not here"));
  const code = await runCommand(["fleet", ...args], {
    read: no,
    write: no,
    fetch: no,
    out: (text) => (out += text),
    err: (text) => (err += text),
    version: "0.1.0",
    now: () => new Date(0),
    pause: () => Promise.resolve(--left > 0),
    fleet: {
      connect: (address) => {
        addresses.push(address);
        return Promise.resolve({ store, close: () => Promise.resolve(void closed++) });
      },
      env: (name) => env[name],
    },
  });
  return { code, out, err, addresses, closed };
}

/** Two replicas, one of them on its way out, and a revision that one tries. */
export async function startedGroup(): Promise<{ store: FleetStore; announce(revision: string): Promise<void> }> {
  const clock = createVirtualClock();
  const store = memoryFleet({ clock });
  let announced = "v1";
  for (const name of ["a", "b"]) {
    const group = fleet(store, { group: "matcher", replica: name });
    const health = createHealth({ clock, fleet: group });
    const source = byVersion({
      version: () => ({ revision: announced }),
      load: (revision: string) => ({ revision }),
      addressed: true,
    });
    health.resource<{ revision: string }>("index", {
      load: rollout(source, { fleet: group }),
      validate: ({ revision }: { readonly revision: string }) => revision !== "bad",
      refreshEvery: "30s",
    });
    health.start();
  }
  await clock.advance("1m");
  return {
    store,
    async announce(revision) {
      announced = revision;
      await clock.advance("2m");
    },
  };
}
