import { expect, test } from "vitest";
import { memoryFleet, type FleetStore } from "health-state/fleet";
import { runFleet, startedGroup } from "./fleet-kit.ts";

const withoutRandom = (text: string): string => text.replaceAll(/\b([ab])-[0-9a-f]{8}/g, "$1-*");

test("fleet status prints every replica, and closes the store", async () => {
  const { store, announce } = await startedGroup();
  await announce("bad");
  const { code, out, err, closed } = await runFleet(["status", "--group", "matcher"], store);
  expect({ code, err, closed }).toEqual({ code: 0, err: "", closed: 1 });
  const text = withoutRandom(out);
  expect(text).toMatch(
    /^matcher: 2 replicas, 0 out, 0 held in; known for 3m\n\nreplica +stands +resource +state +age +revision\n/,
  );
  expect(text).toMatch(/^a-\* +in +index +READY +\d+s +v1 +(loading, )?(behind|rejected) bad$/m);
  expect(text).toMatch(/^index: rolled out v1\nindex: rejected bad, because validate rejected it in [ab]-\*$/m);
});

test("fleet status --json --watch prints one line for each look", async () => {
  const { store } = await startedGroup();
  const { out } = await runFleet(["status", "--group", "matcher", "--json", "--watch"], store, undefined, 3);
  const looks = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { group: string; replicas: unknown[] });
  expect(looks.map(({ group, replicas }) => [group, replicas.length])).toEqual([
    ["matcher", 2],
    ["matcher", 2],
    ["matcher", 2],
  ]);
});

test("the address comes from an option, else from the environment", async () => {
  const status = ["status", "--group", "matcher"];
  expect((await runFleet([...status, "--redis", "redis://one"])).addresses).toEqual([
    { kind: "redis", url: "redis://one" },
  ]);
  expect((await runFleet(status, undefined, { HEALTH_STATE_POSTGRES: "postgres://two" })).addresses).toEqual([
    { kind: "postgres", url: "postgres://two" },
  ]);
  expect(await runFleet(status, undefined, {})).toMatchObject({
    code: 2,
    err: "health-state: fleet needs --redis, --postgres, or HEALTH_STATE_REDIS or HEALTH_STATE_POSTGRES in the environment\n",
  });
});

test.each([
  [["status"], "fleet needs --group, the group that the service passes to fleet()"],
  [["stats", "--group", "m"], 'fleet has no command "stats". The commands are status, pin, unpin, retry'],
  [["pin", "--group", "m", "--resource", "index"], "fleet pin needs one revision"],
  [["pin", "v1", "--group", "m"], "fleet pin needs --resource, the name of the resource"],
  [["unpin", "v1", "--group", "m", "--resource", "index"], "fleet unpin accepts no revision"],
  [["unpin", "--group", "m", "--resource", "index", "--watch"], "--watch goes with fleet status alone"],
  [["status", "--group", "m", "--redis", "a", "--postgres", "b"], "--redis and --postgres cannot be used together"],
])("fleet %j is refused", async (args, message) => {
  expect(await runFleet(args)).toMatchObject({ code: 2, err: `health-state: ${message}\n`, out: "" });
});

test("fleet status --watch goes on when the store is gone for a while, connects anew, and says so once", async () => {
  const { store } = await startedGroup();
  let reads = 0;
  const flapping: FleetStore = {
    ...store,
    read: (group) => {
      reads++;
      return reads > 2 && reads < 6 ? Promise.reject(new Error("Connection is closed.")) : store.read(group);
    },
  };
  for (const json of [[], ["--json"]]) {
    reads = 0;
    const { code, out, err, addresses, closed } = await runFleet(
      ["status", "--group", "matcher", "--watch", ...json],
      flapping,
      undefined,
      7,
    );
    expect(code).toBe(0);
    expect(err).toBe(
      "health-state: the redis store at 127.0.0.1 does not answer (Connection is closed.). " +
        "Is it running, and is the address right?\n",
    );
    expect(out.match(json.length ? /"group":"matcher"/g : /^matcher: 2 replicas/gm)).toHaveLength(4);
    if (json.length) for (const line of out.trim().split("\n")) expect(JSON.parse(line)).toBeTypeOf("object");
    // Each failed look ends its connection, and the next one makes another.
    expect([addresses.length, closed]).toEqual([4, 4]);
  }
});

test("fleet status --watch of a store that never answered is refused like fleet status", async () => {
  const silent: FleetStore = { ...memoryFleet(), read: () => Promise.reject(new Error("Connection is closed.")) };
  const { code, out, err, closed } = await runFleet(["status", "--group", "matcher", "--watch"], silent, undefined, 3);
  expect({ code, out, closed }).toEqual({ code: 2, out: "", closed: 1 });
  expect(err).toMatch(/^health-state: the redis store at 127\.0\.0\.1 does not answer/);
});

test("a group that the store does not know is empty, as a table and as JSON", async () => {
  expect(await runFleet(["status", "--group", "nobody"])).toMatchObject({
    code: 0,
    out: "nobody: 0 replicas, 0 out, 0 held in; not known to the store\n",
  });
  const { out } = await runFleet(["status", "--group", "nobody", "--json"]);
  expect(JSON.parse(out)).toEqual({ group: "nobody", replicas: [], rollouts: [] });
});

test.each([
  ["redis", "", "redis://127.0.0.1:6379"],
  ["redis", "user:hunter2", "redis://127.0.0.1:6379"],
  ["redis", "http://user:hunter2@127.0.0.1", "redis://127.0.0.1:6379"],
  ["redis", "redis://user:hunter2@:bad", "redis://127.0.0.1:6379"],
  ["postgres", "hunter2", "postgres://127.0.0.1:5432/postgres"],
  ["postgres", "redis://user:hunter2@127.0.0.1", "postgres://127.0.0.1:5432/postgres"],
])("--%s %j is refused before anything is connected, and its password is not repeated", async (kind, url, example) => {
  expect(await runFleet(["status", "--group", "matcher", `--${kind}`, url])).toMatchObject({
    code: 2,
    out: "",
    err: `health-state: the address of the ${kind} store is not a URL such as ${example}\n`,
    addresses: [],
  });
});

test.each([
  [["status", "--group", "M x"], /^health-state: group is "M x"\. Pass a name/],
  [["pin", "v1", "--group", "m", "--resource", "In dex"], /^health-state: resource is "In dex"\. Pass the name/],
  [["retry", "", "--group", "m", "--resource", "index"], /^health-state: revision is ""\. Pass a revision/],
])("fleet %j names the wrong word, and does not blame the store", async (args, message) => {
  const { code, out, err } = await runFleet(args);
  expect([code, out, err]).toEqual([2, "", expect.stringMatching(message)]);
  expect(err).not.toMatch(/does not answer/);
});

test("a store that does not answer is named without its password", async () => {
  const silent: FleetStore = {
    beat: () => Promise.reject(new Error("not asked")),
    read: () => Promise.reject(new Error("Connection is closed.")),
    write: () => Promise.reject(new Error("not asked")),
  };
  const env = { HEALTH_STATE_REDIS: "redis://user:hunter2@127.0.0.1:6379" };
  const { code, err, closed } = await runFleet(["status", "--group", "matcher"], silent, env);
  expect([code, closed]).toEqual([2, 1]);
  expect(err).toBe(
    "health-state: the redis store at 127.0.0.1:6379 does not answer (Connection is closed.). " +
      "Is it running, and is the address right?\n",
  );
});

test.each([
  [
    "redis",
    "WRONGPASS invalid username-password pair",
    {},
    /answers with an error \(WRONGPASS .+\)\. Check the user and/,
  ],
  ["redis", "NOPERM this user has no permissions", {}, /answers with an error \(NOPERM .+\)\. Check the user and/],
  [
    "redis",
    "MOVED 1 10.0.0.1:6379",
    {},
    /answers with an error \(MOVED 1 10\.0\.0\.1:6379\)\. It is one node of a cluster/,
  ],
  ["redis", "LOADING Redis is loading", {}, /answers with an error \(LOADING Redis is loading\)\n$/],
  ["redis", "", { code: "ECONNREFUSED" }, /does not answer \(ECONNREFUSED\)\. Is it running/],
  ["redis", "a\u001b[31m", {}, /does not answer \(a\\u001b\[31m\)\. Is it running/],
  [
    "postgres",
    "no",
    { severity: "FATAL", code: "28P01" },
    /answers with an error \(no\)\. Check the user, the password/,
  ],
  ["postgres", "no", { severity: "FATAL", code: "57P03" }, /answers with an error \(no\)\n$/],
  ["postgres", "no", { severity: "ERROR", code: "42883" }, /answers with an error \(no\)\. Run fleetSchema/],
  ["postgres", "SASL: the password must be a string", {}, /answers with an error \(SASL: .+\)\. Check the user/],
  ["postgres", "connect EPIPE", { code: "EPIPE" }, /does not answer \(connect EPIPE\)\. Is it running/],
])("the %s store that fails with %j %j is told apart", async (kind, message, fields, expected) => {
  const failing: FleetStore = {
    ...memoryFleet(),
    read: () => Promise.reject(Object.assign(new Error(message), fields)),
  };
  const env = { [`HEALTH_STATE_${kind.toUpperCase()}`]: `${kind}://user:hunter2@127.0.0.1` };
  const { code, out, err } = await runFleet(["status", "--group", "matcher"], failing, env);
  expect([code, out, err]).toEqual([2, "", expect.stringMatching(expected)]);
  expect(err).not.toMatch(/hunter2/);
});
