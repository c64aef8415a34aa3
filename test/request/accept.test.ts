import { expect, test } from "vitest";
import { createHealth, loaded, onRequest } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { watch } from "./kit.ts";

test("reload({ accept }) takes a revision without asking validate, for that reload alone", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock, refresh: onRequest() });
  let revision = "1";
  const asked: string[] = [];
  const index = health.resource("index", {
    load: () => loaded({ id: revision }, { revision }),
    validate: ({ id }) => {
      asked.push(id);
      return id === "1";
    },
    refreshEvery: "30s",
  });
  const ended = async (promise: Promise<unknown>): Promise<ReturnType<typeof watch<unknown>>> => {
    const seen = watch(promise);
    await clock.advance(100);
    return seen;
  };
  expect(await ended(index.get())).toMatchObject({ value: { id: "1" } });

  revision = "2";
  expect(await ended(index.reload())).toMatchObject({ error: { code: "HS_REJECTED" } });
  // The second reload() waits for the load of the first one, and its answer is for both.
  const accepted = [index.reload({ accept: true }), index.reload({ accept: true })].map((each) => watch(each));
  await clock.advance(100);
  expect(accepted).toMatchObject([{ value: { value: { id: "2" } } }, { value: { value: { id: "2" } } }]);
  expect(asked).toEqual(["1", "2"]);

  revision = "3";
  await clock.advance("31s");
  await ended(index.get({ maxAge: 0 }));
  expect(asked).toEqual(["1", "2", "3"]);
  expect(index.snapshot()).toMatchObject({ value: { id: "2" }, rejected: "3" });
});
