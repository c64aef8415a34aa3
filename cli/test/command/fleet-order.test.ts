import { expect, test } from "vitest";
import type { FleetStore } from "health-state/fleet";
import { runFleet, startedGroup } from "./fleet-kit.ts";

test("fleet pin, unpin and retry say what they did", async () => {
  const { store, announce } = await startedGroup();
  const to = ["--group", "matcher", "--resource", "index"];
  expect(await runFleet(["pin", "v0", ...to], store)).toMatchObject({
    code: 0,
    out: "matcher: index is pinned to v0. Each replica loads it with its next load\n",
  });
  await announce("v1");
  expect((await runFleet(["status", "--group", "matcher"], store)).out).toMatch(/ v0 +(loading, )?behind v1$/m);
  expect(await runFleet(["unpin", ...to], store)).toMatchObject({
    code: 0,
    out: "matcher: index is no longer pinned\n",
  });
  await announce("bad");
  expect(await runFleet(["retry", "good", ...to], store)).toMatchObject({
    code: 2,
    err: 'health-state: the fleet matcher has not rejected "good" for index\n',
  });
  expect(await runFleet(["retry", "bad", ...to], store)).toMatchObject({
    code: 0,
    out: "matcher: index may load bad again\n",
  });
});

test("an order whose write gets no answer says that it may still take effect", async () => {
  const { store } = await startedGroup();
  const late: FleetStore = { ...store, write: () => Promise.reject(new Error("no answer within 5 s")) };
  for (const order of [["pin", "v0"], ["unpin"]])
    expect(await runFleet([...order, "--group", "matcher", "--resource", "index"], late)).toMatchObject({
      code: 2,
      out: "",
      err:
        "health-state: the redis store at 127.0.0.1 does not answer (no answer within 5 s). Is it running, and is the " +
        "address right? The order may still take effect, so look with fleet status\n",
    });
});

test("an order for a name that no replica has is carried out, with a warning", async () => {
  const { store } = await startedGroup();
  expect(await runFleet(["pin", "v\u001b[31m", "--group", "matcher", "--resource", "indx"], store)).toMatchObject({
    code: 0,
    out: "matcher: indx is pinned to v\\u001b[31m. Each replica loads it with its next load\n",
    err: "health-state: no replica of the group matcher has a resource indx. They have index\n",
  });
  expect(await runFleet(["unpin", "--group", "nobody", "--resource", "index"], store)).toMatchObject({
    code: 0,
    err: "health-state: the store knows no replica of the group nobody. Is the name right?\n",
  });
});
