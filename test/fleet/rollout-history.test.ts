import { expect, test } from "vitest";
import { DEEP } from "../source/kit/process.ts";
import { chanceOf } from "./chance.ts";
import { createKit, planOf } from "./rollout-kit.ts";

/** Set SEED to tell one history again. */
const given = process.env["SEED"];
const FIRST = Number(given ?? 1);
const HISTORIES = given === undefined ? (DEEP ? 200 : 6) : 1;
const EVENTS = 40;

/** A revision on trial that is never through. The store is flushed, gone, and gone for some; replicas join. */
async function playTrial(seed: number): Promise<string | undefined> {
  const chance = chanceOf(seed);
  const count = 4 + (seed % 5);
  const kit = await createKit(count, { soak: "20h" });
  kit.announced = "v2";
  await kit.clock.advance("1m");
  for (let at = 0; at < EVENTS; at++) {
    const joined = kit.replicas.length - count;
    switch (Math.floor(chance() * 5)) {
      case 0:
        kit.flush();
        break;
      case 1:
        kit.isGone = !kit.isGone;
        break;
      case 2:
        kit.replicas[Math.floor(chance() * kit.replicas.length)]?.index.invalidate();
        break;
      case 3: {
        // For less than a ttl, so that nobody counts as dead.
        const cut = new Set(kit.replicas.filter(() => chance() < 0.4));
        kit.isCut = (replica) => cut.has(replica);
        await kit.clock.advance("8s");
        kit.isCut = () => false;
        break;
      }
      default:
        // What most have counts as rolled out after a flush. Those who join are the fewer here.
        if (joined < count - 3) kit.add();
    }
    await kit.clock.advance(Math.floor(chance() * 40_000));
    const taken = kit.held()["v2"] ?? 0;
    // A replica that joins takes the trial only if it cannot know better.
    const most = 1 + kit.replicas.length - count;
    if (taken > most) return `${taken} of ${kit.replicas.length} have the revision on trial, at most ${most} may`;
  }
  kit.isGone = false;
  await kit.clock.advance("5m");
  const text = JSON.stringify(await planOf(kit));
  return /"stable":"v1","trial":\{"revision":"v2","step":0/.test(text) ? undefined : `the plan is ${text}`;
}

test(
  `a trial stays a trial in ${HISTORIES} histories with random faults and joins (FLEET 3)`,
  async () => {
    for (let seed = FIRST; seed < FIRST + HISTORIES; seed++)
      expect({ seed, fault: await playTrial(seed) }).toEqual({ seed, fault: undefined });
  },
  DEEP ? 24 * 3_600_000 : 600_000,
);
