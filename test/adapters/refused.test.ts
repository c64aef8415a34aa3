import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import * as lambda from "../../adapters/aws-lambda.ts";
import * as bun from "../../adapters/bun.ts";
import * as cloudflare from "../../adapters/cloudflare.ts";
import * as deno from "../../adapters/deno.ts";
import * as fastify from "../../adapters/fastify.ts";
import * as hono from "../../adapters/hono.ts";
import * as koa from "../../adapters/koa.ts";
import * as node from "../../adapters/node.ts";
import { createHealth, onRequest } from "../../src/index.ts";

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

/** The error of a call: what it is, and what it says. */
function errorOf(call: () => unknown): { code?: unknown; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof TypeError) return error;
    return expect.fail(`no TypeError: ${String(error)}`);
  }
  return expect.fail("it is accepted");
}

function expectRefused(call: () => unknown, names: string, code = "HS_INVALID_OPTION"): void {
  const { code: seen, message } = errorOf(call);
  expect([seen, message.startsWith("health-state: "), message.includes(names)]).toEqual([code, true, true]);
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
  });
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
  for (const wrong of [null, 5, "worker", app, health, onDemand, { fetch: 5 }, { scheduled: "daily" }])
    expect(errorOf(() => places["cloudflare"]?.probes(onDemand, wrong)).code).toBe("HS_INVALID_OPTION");
  expectRefused(() => places["cloudflare"]?.probes(health), 'refresh is "background"', "HS_WRONG_MODE");
});

test("Bun's routes() refuses what is no health, and options that it does not know", () => {
  for (const wrong of NO_HEALTH) expectRefused(() => places["bun"]?.routes(wrong), "health is ");
  expectRefused(() => places["bun"]?.routes(health, { heartbeat: false }), '"heartbeats"', "HS_UNKNOWN_OPTION");
  expectRefused(() => places["bun"]?.routes(health, { heartbeats: "no" }), 'heartbeats is "no"');
});

const SERVERS: readonly { readonly name: string; readonly server: unknown; readonly others: readonly unknown[] }[] = [
  { name: "node", server: createServer(), others: [express, fastifyApp, koaApp, nestApp, honoApp, { stop() {} }] },
  { name: "bun", server: { stop: async () => {} }, others: [createServer(), honoApp, express] },
  { name: "deno", server: { shutdown: async () => {} }, others: [createServer(), honoApp, express] },
];

describe.each(SERVERS)("drainOnSignal() of health-state/$name", ({ name, server, others }) => {
  const drain: Call = (...args) => places[name]?.drainOnSignal(...args);
  const handlers = (): string =>
    [SIGNAL, "SIGTERM", "SIGINT", "SIGTREM", "SIGKILL"].map((signal) => process.listenerCount(signal)).join();

  test("refuses what is no server, and what is no health", () => {
    const before = handlers();
    for (const wrong of [undefined, null, 5, "server", {}, Object.create(null), app, health, ...others])
      expectRefused(() => drain(wrong, health, { signals: [SIGNAL] }), "server is ");
    for (const wrong of NO_HEALTH) expectRefused(() => drain(server, wrong, { signals: [SIGNAL] }), "health is ");
    expectRefused(() => drain(health, server, { signals: [SIGNAL] }), "server is ");
    expect(handlers()).toBe(before);
  });
});

describe("the options of a drain", () => {
  const drain: Call = (options) => places["node"]?.drainOnSignal(createServer(), health, options);
  const rows: readonly (readonly [unknown, string, string?])[] = [
    [null, "the options of drainOnSignal() is null"],
    [[], "the options of drainOnSignal() is an Array"],
    ["10s", 'the options of drainOnSignal() is "10s"'],
    [{ dealy: "10s" }, 'Did you mean "delay"?', "HS_UNKNOWN_OPTION"],
    [{ delay: undefined }, "delay is undefined"],
    [{ deadline: undefined }, "deadline is undefined"],
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
    const before = ["SIGTERM", "SIGINT", "SIGTREM"].map((signal) => process.listenerCount(signal));
    expectRefused(() => drain(options), names, code);
    expect(["SIGTERM", "SIGINT", "SIGTREM"].map((signal) => process.listenerCount(signal))).toEqual(before);
  });

  test("close may be undefined, and a signal may be named twice", () => {
    const before = process.listenerCount(SIGNAL);
    // SAFETY: drainOnSignal() gave it.
    const { cancel } = drain({ close: undefined, signals: [SIGNAL, SIGNAL] }) as { cancel: () => void };
    expect(process.listenerCount(SIGNAL)).toBe(before + 1);
    cancel();
    expect(process.listenerCount(SIGNAL)).toBe(before);
  });
});
