import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as lambda from "../../adapters/aws-lambda.ts";
import * as bun from "../../adapters/bun.ts";
import * as cloudflare from "../../adapters/cloudflare.ts";
import * as deno from "../../adapters/deno.ts";
import * as fastify from "../../adapters/fastify.ts";
import * as hono from "../../adapters/hono.ts";
import * as koa from "../../adapters/koa.ts";
import * as node from "../../adapters/node.ts";
import { createHealth, onRequest } from "../../src/index.ts";
import { faultsOf } from "../kit/refused.ts";

type Call = (...args: readonly unknown[]) => unknown;

const SIGNAL = "SIGUSR2";
const health = createHealth();
const onDemand = createHealth({ refresh: onRequest() });
const index = health.resource("index", { load: () => ({}) });
const app = (): void => {};
/** What express() gives: a function that emits events and can listen, but is no server. */
const express = Object.assign(() => {}, EventEmitter.prototype, { use() {}, get() {}, listen() {} });
/** What Fastify() and Koa's `new Koa()` give, as far as a drain looks. */
const fastifyApp = { server: createServer(), close() {}, listen() {}, addHook() {} };
const koaApp = Object.assign(new EventEmitter(), { use() {}, listen() {}, callback() {} });
const nestApp = new Proxy(
  { getHttpServer: createServer, close() {}, listen() {} },
  { get: (target, name) => Reflect.get(target, name) ?? (() => {}) },
);
const honoApp = { fetch: () => new Response(), request() {} };

// SAFETY: each is called as JavaScript would call it, with what its types refuse.
const places = { lambda, bun, cloudflare, deno, fastify, hono, koa, node } as unknown as Readonly<
  Record<string, Readonly<Record<"probes" | "guard" | "drainOnSignal" | "routes", Call>>>
>;
const healthOf = (place: string): unknown => (place === "cloudflare" ? onDemand : health);

const NO_HEALTH = [undefined, null, 5, "health", {}, Object.create(null), app, honoApp, index, koaApp];
const NO_FUNCTION = [null, 5, "app", {}, Object.create(null), honoApp, koaApp, health];

/** The error of a call, which must say what was given, what is accepted and what to do. */
function errorOf(call: () => unknown): { readonly code?: unknown; readonly message: string } {
  try {
    call();
  } catch (error) {
    expect(faultsOf({ error })).toEqual([]);
    // SAFETY: faultsOf() has looked.
    return error as TypeError;
  }
  return expect.fail("it is accepted");
}

function expectRefused(call: () => unknown, names: string, code = "HS_INVALID_OPTION"): void {
  const { code: seen, message } = errorOf(call);
  expect([seen, message]).toEqual([code, expect.stringContaining(names)]);
}

describe.each(Object.keys(places))("health-state/%s", (name) => {
  const place = places[name]!;

  test("probes() refuses what is no health, swapped arguments too", () => {
    for (const wrong of NO_HEALTH) {
      expectRefused(() => place.probes(wrong), "health is ");
      expectRefused(() => place.probes(wrong, healthOf(name)), "health is ");
    }
  });

  test("guard() refuses what is no resource, and unknown or undefined options", () => {
    for (const wrong of [undefined, null, 5, "index", {}, health, [index, health]])
      expect(errorOf(() => place.guard(wrong)).code).toBe("HS_INVALID_OPTION");
    expectRefused(() => place.guard(index, { maxage: "1m" }), 'Did you mean "maxAge"?', "HS_UNKNOWN_OPTION");
    expectRefused(() => place.guard(index, { wait: undefined }), "wait is undefined");
    expectRefused(() => place.guard(index, { maxAge: "soon" }), 'maxAge is "soon"');
    expectRefused(() => place.guard(index, null), "the options of guard() is null");
    expectRefused(() => place.guard({ wait: 0 }, index), "resource is an object");
    expectRefused(() => place.guard([]), "Pass one resource or more");
    const bare = (given: object): unknown => place.guard(index, Object.assign(Object.create(null), given));
    expectRefused(() => bare({ max: 1 }), "It accepts maxAge, wait", "HS_UNKNOWN_OPTION");
    expect(() => bare({ wait: 0 })).not.toThrow();
  });
});

test.each(["fastify", "hono", "koa"])("%s: probes() takes the health alone", (name) => {
  for (const more of [null, 5, app, {}, Object.create(null), { paths: {} }, health])
    expectRefused(() => places[name]?.probes(health, more), "Pass the health alone");
  expect(() => places[name]?.probes(health, undefined)).not.toThrow();
});

test.each(["lambda", "bun", "deno", "node"])("%s: probes() refuses a handler that is no function", (name) => {
  for (const wrong of NO_FUNCTION)
    expect(errorOf(() => places[name]?.probes(health, wrong)).code).toBe("HS_INVALID_OPTION");
  expect(() => places[name]?.probes(health, undefined)).not.toThrow();
});

test.each(["lambda", "bun", "deno", "cloudflare"])("%s: what guard() gives refuses a handler that is none", (name) => {
  // SAFETY: as above.
  const wrap = places[name]?.guard(index) as Call;
  for (const wrong of [undefined, ...NO_FUNCTION]) expect(errorOf(() => wrap(wrong)).code).toBe("HS_INVALID_OPTION");
});

test("a Worker must be an object whose handlers are functions", () => {
  const options = [{ paths: {} }, Object.assign(Object.create(null), { details: "always" })];
  for (const wrong of [null, 5, "worker", app, health, onDemand, { fetch: 5 }, { scheduled: "daily" }, ...options])
    expect(errorOf(() => places["cloudflare"]?.probes(onDemand, wrong)).code).toBe("HS_INVALID_OPTION");
  // The handlers may have any name, and may be methods of a class.
  const named = [
    {},
    { queue: app },
    { fetch: app, version: 5 },
    new (class {
      name = "x";
      fetch() {}
    })(),
  ];
  for (const right of named) expect(() => places["cloudflare"]?.probes(onDemand, right)).not.toThrow();
  expectRefused(() => places["cloudflare"]?.probes(health), 'refresh is "background"', "HS_WRONG_MODE");
});

test("Bun's routes() refuses what is no health, and options that it does not know", () => {
  for (const wrong of NO_HEALTH) expectRefused(() => places["bun"]?.routes(wrong), "health is ");
  expectRefused(() => places["bun"]?.routes(health, { heartbeat: false }), '"heartbeats"', "HS_UNKNOWN_OPTION");
  expectRefused(() => places["bun"]?.routes(health, { heartbeats: "no" }), 'heartbeats is "no"');
});

/** How many listeners each signal has, on Node and on the Deno of this test. */
const heard = (): number[] =>
  [SIGNAL, "SIGTERM", "SIGINT", "SIGTREM", "SIGKILL"].map((signal) => process.listenerCount(signal));

beforeAll(() => {
  vi.stubGlobal("Deno", {
    addSignalListener: (signal: string, listener: () => void) => process.on(signal, listener),
    removeSignalListener: (signal: string, listener: () => void) => process.off(signal, listener),
  });
});
afterAll(() => void vi.unstubAllGlobals());

const SERVERS: readonly { readonly name: string; readonly server: unknown; readonly others: readonly unknown[] }[] = [
  { name: "node", server: createServer(), others: [express, fastifyApp, koaApp, nestApp, honoApp, { stop() {} }] },
  { name: "bun", server: { stop: async () => {} }, others: [createServer(), honoApp, express] },
  { name: "deno", server: { shutdown: async () => {} }, others: [createServer(), honoApp, express] },
];

describe.each(SERVERS)("drainOnSignal() of health-state/$name", ({ name, server, others }) => {
  const drain: Call = (...args) => places[name]?.drainOnSignal(...args);

  test("refuses what is no server, and what is no health", () => {
    const before = heard();
    for (const wrong of [undefined, null, 5, "server", {}, Object.create(null), app, health, ...others])
      expectRefused(() => drain(wrong, health, { signals: [SIGNAL] }), "server is ");
    for (const wrong of NO_HEALTH) expectRefused(() => drain(server, wrong, { signals: [SIGNAL] }), "health is ");
    expectRefused(() => drain(health, server, { signals: [SIGNAL] }), "server is ");
    expect(heard()).toEqual(before);
  });
});

describe.each(SERVERS)("the options of drainOnSignal() of health-state/$name", ({ name, server }) => {
  const drain: Call = (options) => places[name]?.drainOnSignal(server, health, options);
  const rows: readonly (readonly [unknown, string, string?])[] = [
    [null, "the options of drainOnSignal() is null"],
    [[], "the options of drainOnSignal() is an Array"],
    ["10s", 'the options of drainOnSignal() is "10s"'],
    [{ dealy: "10s" }, 'Did you mean "delay"?', "HS_UNKNOWN_OPTION"],
    [{ delay: undefined }, "delay is undefined"],
    [{ deadline: undefined }, "deadline is undefined"],
    [Object.assign(Object.create(null), { wait: 0 }), "It accepts close", "HS_UNKNOWN_OPTION"],
    [{ delay: null }, "delay is null"],
    [{ deadline: null }, "deadline is null"],
    [{ delay: "20s", deadline: "10s" }, 'deadline is "10s". Pass a duration of at least 20000 ms'],
    [{ signals: null }, "signals is null"],
    [{ signals: Proxy.revocable([], {}) }, "signals is an object"],
    [{ delay: "soon" }, 'delay is "soon"'],
    [{ delay: NaN }, "delay is NaN"],
    [{ signals: undefined }, "signals is undefined"],
    [{ signals: "SIGTERM" }, 'signals is "SIGTERM"'],
    [{ signals: [] }, "signals is an Array"],
    [{ signals: ["SIGTREM"] }, 'signals is "SIGTREM"'],
    [{ signals: ["SIGTERM", "sigint"] }, 'signals is "sigint"'],
    [{ signals: ["SIGTERM", 15] }, "signals is 15"],
    [{ signals: ["SIGKILL"] }, 'signals is "SIGKILL"'],
    [{ signals: ["SIGSTOP"] }, 'signals is "SIGSTOP"'],
    [{ close: "app" }, 'close is "app"'],
    [{ close: Promise.resolve() }, "close is a Promise"],
    [{ close: null }, "close is null"],
  ];

  test.each(rows.map(([options, names, code]) => ({ options, names, code })))("$names", ({ options, names, code }) => {
    const before = heard();
    expectRefused(() => drain(options), names, code);
    expect(heard()).toEqual(before);
  });

  test("close may be undefined, a signal may be named twice, and the options need no prototype", () => {
    const before = heard();
    const options = { close: undefined, signals: [SIGNAL, SIGNAL] };
    // SAFETY: drainOnSignal() gave it.
    const { cancel } = drain(Object.assign(Object.create(null), options)) as { cancel: () => void };
    expect(heard()).toEqual([before[0]! + 1, ...before.slice(1)]);
    cancel();
    expect(heard()).toEqual(before);
  });
});
