import { expect, test, vi } from "vitest";
import { probes } from "../../adapters/node.ts";
import { workers } from "../../src/cluster/index.ts";
import { internalsOf } from "../../src/handler/internals.ts";
import { createHealth, isProbe, openapi, type Health, type Resource } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { read } from "../repo/tree.ts";

/** Every name of the type. A name too many, or one that is missing, does not compile. */
const OF_TYPE: { readonly [K in Exclude<keyof Health, symbol>]: true } = {
  resource: true,
  check: true,
  start: true,
  whenReady: true,
  subscribe: true,
  snapshot: true,
  drainSignal: true,
  drain: true,
  close: true,
  fetch: true,
  match: true,
  answerAs: true,
};

/** Every member of the type of a resource: the compiler finds one that is missing, and one that is too many. */
const OF_RESOURCE: Readonly<Record<keyof Resource<unknown>, true>> = {
  name: true,
  get: true,
  peek: true,
  snapshot: true,
  reload: true,
  invalidate: true,
  unload: true,
  subscribe: true,
  close: true,
};

const [ABOUT_HEALTH = "", ABOUT_RESOURCE = "", ABOUT_SNAPSHOT = ""] = read("docs/reference/health.md").split(/^## /m);

/** The names in the table of a part of the page. */
const documentedIn = (part: string): readonly string[] =>
  [...part.matchAll(/^\| `(\w+)[^`]*` \|/gm)].map(([, name = ""]) => name).sort();

const clock = createVirtualClock();
const PLATFORM = { accept: () => null, request: () => expect.fail() };

/** Every name, listed or not. */
const namesOf = (health: Health): readonly string[] => Object.getOwnPropertyNames(health).sort();

test("a health has the documented members and no other, and so have its type and the health of a group", async () => {
  const names = Object.keys(OF_TYPE).sort();
  expect(documentedIn(ABOUT_HEALTH)).toEqual(names);
  const health = createHealth({ clock });
  const group = workers(health);
  expect(namesOf(health)).toEqual(names);
  expect(namesOf(group)).toEqual(names);
  // What is listed under a symbol would be copied by a spread, and printed by a console.
  for (const one of [health, group]) {
    const symbols = Object.getOwnPropertySymbols(one).filter(
      (key) => Object.getOwnPropertyDescriptor(one, key)?.enumerable,
    );
    expect(symbols).toEqual([Symbol.asyncDispose]);
  }
  await health.close();
});

test("the page names every member of a resource", () => {
  expect(documentedIn(ABOUT_RESOURCE)).toEqual(Object.keys(OF_RESOURCE).sort());
});

test("the page names every field of a snapshot of a resource, and the page of events every field of one of a health", async () => {
  const health = createHealth({ clock });
  const { snapshot } = health.resource("index", { load: () => 1 });
  expect(documentedIn(ABOUT_SNAPSHOT)).toEqual(Object.getOwnPropertyNames(snapshot()).sort());
  const [, ofHealth = ""] = read("docs/reference/events.md").split("`health.snapshot()` returns");
  const named = [...ofHealth.matchAll(/^ {2}- `(\w+)`:/gm)].map(([, name = ""]) => name);
  expect(named.sort()).toEqual(Object.keys(health.snapshot()).sort());
  await health.close();
});

test("the internals of a health are found through a Proxy, and by another copy of the package", async () => {
  const health = createHealth({ clock });
  const proxy = new Proxy(health, {});
  expect(internalsOf(proxy)).toBe(internalsOf(health));
  expect(isProbe(proxy, { url: "/status" })).toBe(true);
  expect(Object.keys(openapi(proxy))).toEqual(["/status", "/status/live", "/status/startup"]);
  vi.resetModules();
  const copy = await import("../../src/handler/internals.ts");
  expect(copy.internalsOf).not.toBe(internalsOf);
  expect(copy.internalsOf(health)).toBe(internalsOf(health));
  const answered = copy.internalsOf(health).ask("GET", "/status/live", undefined, PLATFORM);
  expect([answered?.status, answered?.body]).toEqual([200, "I-AM-ALIVE"]);
});

test("a copy by spread is no health for the adapters, and answers requests all the same", () => {
  const copy = { ...createHealth({ clock }) };
  expect(() => internalsOf(copy)).toThrow(expect.objectContaining({ code: "HS_INVALID_OPTION" }));
  expect(() => probes(copy)).toThrow(TypeError);
  expect(copy.fetch(new Request("http://x/status/live")).status).toBe(200);
});

test("each health has internals of its own: a group answers for the group, its health for itself", async () => {
  const health = createHealth({ clock, paths: { readiness: "/ready" } });
  const group = workers(health);
  expect(internalsOf(group)).not.toBe(internalsOf(health));
  expect(internalsOf(group).routes).toBe(internalsOf(health).routes);
  expect(internalsOf(health).ask("GET", "/status", undefined, PLATFORM)).toBeUndefined();
  expect(internalsOf(health).ask("GET", "/ready", undefined, PLATFORM)?.status).toBe(200);
  // It waits to be told of the other processes.
  expect(internalsOf(group).ask("GET", "/ready", undefined, PLATFORM)?.status).toBe(503);
  await health.close();
});
