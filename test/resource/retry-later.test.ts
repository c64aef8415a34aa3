import { expect, test } from "vitest";
import { createHealth, retryLater } from "../../src/index.ts";
import { waitAskedBy } from "../../src/resource/retry-later.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { refused } from "../kit/refused.ts";

test("retryLater() makes an Error that says the pause, with a code and the cause", () => {
  const cause = new Error("429");
  const error = retryLater("30s", cause);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ message: "the source asked for a pause of 30000 ms", code: "HS_RETRY_LATER", cause });
  expect(waitAskedBy(error)).toBe(30_000);
});

test("a pause is a duration of 0 ms to a day", () => {
  expect([retryLater(0), retryLater("1d"), retryLater("25h")].map(waitAskedBy)).toEqual([0, 86_400_000, 86_400_000]);
  expect(() => retryLater("soon")).toThrow(
    refused(
      `health-state: retryLater's wait is "soon". Pass a duration of at least 0 ms (1500, "500ms", "30s", "5m", "2h").`,
    ),
  );
});

test("what another copy of the package asks for is followed, if it is a time, and for a day at most", () => {
  const asks = (ms: unknown): unknown => ({ [Symbol.for("health-state.retry-later")]: ms });
  expect([0, 5, 1e12, -1, NaN, "5"].map((ms) => waitAskedBy(asks(ms)))).toEqual([
    0,
    5,
    86_400_000,
    undefined,
    undefined,
    undefined,
  ]);
  for (const none of [undefined, null, "429", 5, new Error("429"), () => {}]) expect(waitAskedBy(none)).toBe(undefined);
});

test.each([
  ["its cause", retryLater("10s", "the cause"), "the cause"],
  ["itself, without one", retryLater("10s"), expect.objectContaining({ code: "HS_RETRY_LATER" })],
])(
  "a load that retryLater() fails has %s for its error, and the next waits as long as it asks",
  async (_, thrown, error) => {
    const clock = createVirtualClock({ random: () => 0 });
    const health = createHealth({ clock });
    health.subscribe(() => {});
    const index = health.resource("index", {
      load: (): object => {
        throw thrown;
      },
    });
    health.start();
    await clock.settle();
    const { lastError, nextAttemptAt } = index.snapshot();
    expect([lastError?.error, nextAttemptAt]).toEqual([error, clock.wall() + 10_000]);
    await health.close();
  },
);
