import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createVirtualClock, type VirtualClock } from "health-state/testing";
import { addContents, createBank } from "../src/db/bank-store.ts";
import { recordBuild } from "../src/db/build-store.ts";
import { openPglite } from "../src/db/pglite.ts";
import { migrate } from "../src/db/schema.ts";
import { createMatcher, type Matcher, type MatcherOptions } from "../src/matcher.ts";
import { generatedHash } from "../src/seed/generated-hash.ts";
import { stoppable, type StoppableDatabase } from "./helper/database.ts";

let database: StoppableDatabase;
let clock: VirtualClock;
let matcher: Matcher;

beforeAll(async () => {
  database = stoppable(await openPglite());
  await migrate(database);
  await createBank(database, "spam");
  await addContents(database, "spam", [{ label: "one", pdq: generatedHash(1) }]);
  await recordBuild(database, async () => {});
});
afterAll(() => database.close());
beforeEach(() => {
  clock = createVirtualClock();
  database.stopped = false;
});
afterEach(() => matcher.health.close());

async function ready(maxStale?: MatcherOptions["maxStale"]): Promise<void> {
  matcher = createMatcher({ database, roles: { matcher: true, curator: true }, maxStale, clock });
  matcher.health.start();
  await matcher.index?.get();
}

async function probe(path: string): Promise<string> {
  const answer = await matcher.app.request(path);
  return `${answer.status} ${await answer.text()} ${answer.headers.get("health-state") ?? "-"}`;
}

/** When the database is back, in its own time: the load that finds it there. */
function nextSuccess(): Promise<void> {
  return new Promise((resolve) => {
    const leave = matcher.health.subscribe((event) => {
      if (!("outcome" in event) || event.snapshot.lastError) return;
      leave();
      resolve();
    });
  });
}

test("with the database stopped, readiness says INDEX-STALE after 65 s, liveness nothing of it, and it heals by itself", async () => {
  await ready();
  database.stopped = true;
  await clock.advance(65_000);
  expect(await probe("/status")).toBe("200 I-AM-ALIVE READY");
  await clock.advance(1);
  expect(await probe("/status")).toBe("503 INDEX-STALE STALE");
  expect(await probe("/status/live")).toBe("200 I-AM-ALIVE -");
  expect(await probe("/status/startup")).toBe("200 I-AM-ALIVE STALE");
  // The old index serves whoever still comes.
  const answer = await matcher.app.request(`/m/lookup?signal_type=pdq&signal=${generatedHash(1)}`);
  expect(answer.status).toBe(200);

  await clock.advance(3_600_000);
  expect(await probe("/status")).toBe("503 INDEX-STALE STALE");
  expect(matcher.index?.snapshot().lastError?.error).toMatchObject({ message: "the database is stopped" });

  database.stopped = false;
  const healed = nextSuccess();
  await clock.advance(30_000);
  await healed;
  expect(await probe("/status")).toBe("200 I-AM-ALIVE READY");
  expect(matcher.index?.snapshot().generation).toBe(1);
});

test('with MAX_STALE "never", the old index keeps the instance in service, visibly marked', async () => {
  await ready("never");
  database.stopped = true;
  await clock.advance(24 * 3_600_000);
  expect(await probe("/status")).toBe("200 I-AM-ALIVE STALE");
});

test("with MAX_STALE at ten minutes, readiness refuses after ten minutes", async () => {
  await ready("10m");
  database.stopped = true;
  await clock.advance(600_000);
  expect(await probe("/status")).toBe("200 I-AM-ALIVE STALE");
  await clock.advance(1);
  expect(await probe("/status")).toBe("503 INDEX-STALE STALE");
});

test("while the database answers, the index stays fresh without being loaded again", async () => {
  await ready();
  const asOf = (): number => matcher.index?.snapshot().asOf ?? 0;
  const asked = asOf();
  // The database answers in its own time, and the clock goes on in small steps meanwhile.
  while (asOf() < asked + 60_000) {
    await clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(matcher.index?.snapshot()).toMatchObject({ generation: 1, lastError: undefined });
});
