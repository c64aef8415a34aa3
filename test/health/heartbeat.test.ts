import { describe, expect, test, vi } from "vitest";
import { Heartbeats } from "../../src/health/heartbeats.ts";
import { createHealth, disableHeartbeats, heartbeat, type Health } from "../../src/index.ts";
import { Heartbeat } from "../../src/health/heartbeat.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

async function alive(health: Health): Promise<string> {
  const response = await health.fetch(new Request("http://x/status/live"));
  return `${response.status} ${response.headers.get("health-state") ?? ""}`.trim().slice(0, 3);
}

function started(): { readonly clock: VirtualClock; readonly health: Health } {
  const clock = createVirtualClock();
  return { clock, health: createHealth({ clock }) };
}

describe("a heartbeat", () => {
  test("counts from its first beat, is in time exactly at `within`, and overdue one ms later", async () => {
    const { clock, health } = started();
    const beat = heartbeat(health, "consumer", { within: "30s" });
    await clock.advance("1h");
    expect(await alive(health)).toBe("200");
    beat();
    await clock.advance("30s");
    expect(await alive(health)).toBe("200");
    await clock.advance(1);
    expect(await alive(health)).toBe("503");
    beat();
    expect(await alive(health)).toBe("200");
  });

  test("ends: it counts no more, its name is free, and no timer is left", async () => {
    const { clock, health } = started();
    const beat = heartbeat(health, "consumer", { within: "30s" });
    beat();
    await clock.settle();
    expect(clock.timers).toBe(1);
    await clock.advance("31s");
    expect(await alive(health)).toBe("503");
    beat.end();
    await clock.settle();
    expect([await alive(health), clock.timers]).toEqual(["200", 0]);
    const again = heartbeat(health, "consumer", { within: "30s" });
    again();
    // The first one's end takes nothing from the second.
    beat.end();
    await clock.advance("31s");
    expect(await alive(health)).toBe("503");
  });

  test.each<readonly [string, (scene: { readonly health: Health; readonly end: () => void }) => unknown]>([
    ["it was ended", ({ end }) => end()],
    ["the health was closed", ({ health }) => health.close()],
  ])("a beat after %s does nothing: no timer is set, and liveness stays 200", async (_, over) => {
    const { clock, health } = started();
    const beat = heartbeat(health, "consumer", { within: "30s" });
    beat();
    await over({ health, end: beat.end });
    beat();
    await clock.settle();
    expect(clock.timers).toBe(0);
    await clock.advance("1h");
    expect(await alive(health)).toBe("200");
  });

  test("one of several that is overdue is enough", async () => {
    const { clock, health } = started();
    const beats = ["one", "two", "three"].map((name) => heartbeat(health, name, { within: "30s" }));
    for (const beat of beats) beat();
    await clock.advance("20s");
    beats[0]?.();
    beats[2]?.();
    await clock.advance("20s");
    expect(await alive(health)).toBe("503");
    beats[1]?.();
    expect(await alive(health)).toBe("200");
  });

  test("is judged by monotonic time alone, because the wall clock may be set", async () => {
    const { clock, health } = started();
    heartbeat(health, "consumer", { within: "30s" })();
    clock.jump("1d");
    expect(await alive(health)).toBe("200");
    clock.jump(-172_800_000);
    expect(await alive(health)).toBe("200");
  });

  test("keeps no process alive", async () => {
    const { clock, health } = started();
    heartbeat(health, "consumer", { within: "30s" })();
    await clock.settle();
    expect([clock.timers, clock.holding]).toEqual([1, 0]);
  });

  test.each([
    [
      "a taken name",
      (health: Health) => heartbeat(health, "taken", { within: 1 }),
      "HS_NAME_TAKEN",
      'heartbeat is "taken". Pass a name that is not in use.',
    ],
    [
      "a bad name",
      (health: Health) => heartbeat(health, "No", { within: 1 }),
      "HS_INVALID_OPTION",
      'heartbeat is "No"',
    ],
    ["no time", (health: Health) => heartbeat(health, "a", { within: 0 }), "HS_INVALID_OPTION", "within is 0"],
    [
      "a wrong option",
      (health: Health) => heartbeat(health, "a", { within: 1, withn: 1 } as never),
      "HS_UNKNOWN_OPTION",
      'heartbeat() has no option "withn". Did you mean "within"? It accepts within.',
    ],
    [
      "disabled beside one",
      (health: Health) => disableHeartbeats(health),
      "HS_INVALID_OPTION",
      'heartbeats is "taken, other". Pass a health without heartbeats, because a static route cannot tell',
    ],
  ])("%s is refused", (_name, act, code, message) => {
    const { health } = started();
    heartbeat(health, "taken", { within: 1 });
    heartbeat(health, "other", { within: 1 });
    expect(() => act(health)).toThrow(
      expect.objectContaining({ name: "TypeError", code, message: expect.stringContaining(message) }),
    );
  });

  test("where heartbeats are disabled none may be added", () => {
    const { health } = started();
    disableHeartbeats(health);
    expect(() => heartbeat(health, "late", { within: 1 })).toThrow(
      expect.objectContaining({
        code: "HS_WRONG_MODE",
        message: 'health-state: heartbeat is "late". Pass no heartbeat, because liveness is a static route.',
      }),
    );
  });
});

describe("what a heartbeat puts in the agenda", () => {
  function made(): {
    readonly clock: VirtualClock;
    readonly one: Heartbeat;
    readonly put: number[];
    readonly changed: ReturnType<typeof vi.fn>;
  } {
    const clock = createVirtualClock();
    const put: number[] = [];
    const changed = vi.fn();
    const one = new Heartbeat(
      {
        clock,
        now: () => 5_000 + Math.floor(clock.monotonic()),
        phase: "running",
        scheduler: {
          put: (each, at) => {
            put.push(at);
            each.at = at;
            each.place = at === Infinity ? -1 : 0;
          },
        },
        livenessChanged: changed,
      },
      100,
    );
    return { clock, one, put, changed };
  }

  test("before its first beat there is nothing to poll", () => {
    const { one, put } = made();
    expect([one.isOverdue, one.poll(5_000), one.at, one.place, put]).toEqual([false, Infinity, Infinity, -1, []]);
  });

  test("the first beat puts it one ms past its time, and the next ones put nothing", async () => {
    const { clock, one, put, changed } = made();
    one.beat();
    expect(put).toEqual([5_101]);
    await clock.advance(50);
    one.beat();
    expect([put, changed.mock.calls.length]).toEqual([[5_101], 0]);
    // The tick finds that it beat meanwhile, and puts it anew.
    await clock.advance(51);
    one.tick(5_101);
    expect([put, changed.mock.calls.length]).toEqual([[5_101, 5_151], 0]);
  });

  test("a fraction of a ms is no whole one", async () => {
    const { clock, one } = made();
    one.beat();
    await clock.advance(0.5);
    expect(one.poll(5_000)).toBe(5_100);
    await clock.advance(99.5);
    expect([one.isOverdue, one.poll(5_100)]).toEqual([false, 5_101]);
  });

  test("overdue it leaves the agenda and is told, and a beat brings it back and is told", async () => {
    const { clock, one, put, changed } = made();
    one.beat();
    await clock.advance(101);
    one.tick(5_101);
    expect([one.isOverdue, put, changed.mock.calls.length]).toEqual([true, [5_101, Infinity], 1]);
    one.beat();
    expect([one.isOverdue, put, changed.mock.calls.length]).toEqual([false, [5_101, Infinity, 5_202], 2]);
    one.end();
    expect([one.isOverdue, put.at(-1), changed.mock.calls.length]).toEqual([false, Infinity, 3]);
  });
});

test("without a heartbeat liveness is ok", () => {
  const heartbeats = new Heartbeats();
  expect([heartbeats.outcome, heartbeats.all.size]).toEqual(["ok", 0]);
});
