import { vi } from "vitest";
import * as lambda from "../../adapters/aws-lambda.ts";
import * as bun from "../../adapters/bun.ts";
import * as cloudflare from "../../adapters/cloudflare.ts";
import * as deno from "../../adapters/deno.ts";
import * as fastify from "../../adapters/fastify.ts";
import * as hono from "../../adapters/hono.ts";
import * as koa from "../../adapters/koa.ts";
import { createHealth, onRequest, type Health } from "../../src/index.ts";
import * as node from "../../adapters/node.ts";
import { DURATIONS, FUNCTIONS, KINDS, type Kind } from "./kind.ts";
import { CALLBACK, OPTIONS, options, row, type Row, type Scene } from "./row.ts";

/** Every place that has an adapter. */
export const ADAPTERS = { bun, cloudflare, deno, fastify, hono, koa, lambda, node };

const NAMES = Object.keys(ADAPTERS) as readonly (keyof typeof ADAPTERS)[];
/** What each `probes()` takes beside the health: the handler of the rest. */
const REST: Readonly<Partial<Record<keyof typeof ADAPTERS, readonly Kind[]>>> = {
  bun: CALLBACK,
  deno: CALLBACK,
  lambda: CALLBACK,
  node: CALLBACK,
  cloudflare: [
    ...OPTIONS,
    // Its handler has another name.
    "an object that has no text",
  ],
  // These take nothing.
  fastify: ["undefined"],
  hono: ["undefined"],
  koa: ["undefined"],
};

const PROXY: readonly Kind[] = ["a Proxy that has everything"];
const anyServer = (): never => KINDS["a Proxy that has everything"]() as never;

type Given = (...given: readonly unknown[]) => unknown;

/** On Workers a health in request mode is needed. */
function healthFor(name: keyof typeof ADAPTERS, { health, clock }: Scene): Health {
  return name === "cloudflare" ? createHealth({ clock, refresh: onRequest() }) : health;
}

type DrainGiven = (...given: readonly unknown[]) => { readonly cancel: () => void };

/** Deno's drain, where there is no Deno: its signals are taken by nobody. */
const onDeno: DrainGiven = (...given) => {
  vi.stubGlobal("Deno", { addSignalListener: () => {}, removeSignalListener: () => {} });
  try {
    return Reflect.apply(deno.drainOnSignal, undefined, given);
  } finally {
    vi.unstubAllGlobals();
  }
};

// SAFETY: what the types forbid is the point.
const DRAINS = [
  ["node", node.drainOnSignal],
  ["bun", bun.drainOnSignal],
  ["deno", onDeno],
] as unknown as readonly (readonly [string, DrainGiven])[];

// SAFETY: as above.
const WRAPPERS = [
  ["bun", bun.guard],
  ["cloudflare", cloudflare.guard],
  ["deno", deno.guard],
  ["lambda", lambda.guard],
] as unknown as readonly (readonly [string, (resource: unknown) => (handler: unknown) => unknown])[];

/** A row for each slot of the adapters. */
export const ADAPTER_ROWS: readonly Row[] = [
  ...NAMES.flatMap((name) => {
    // SAFETY: what the types forbid is the point.
    const { probes, guard } = ADAPTERS[name] as unknown as { readonly probes: Given; readonly guard: Given };
    const rest = REST[name];
    return [
      row(`${name}.probes`, "health", [], (_, given) => probes(given)),
      ...(rest
        ? [
            row(`${name}.probes`, "what answers the rest", rest, (scene, given) =>
              probes(healthFor(name, scene), given),
            ),
          ]
        : []),
      row(`${name}.guard`, "resources", [], (_, given) => guard(given)),
      row(`${name}.guard`, "options", OPTIONS, ({ index }, given) => guard(index, given)),
      ...options(`${name}.guard`, { maxAge: DURATIONS, wait: DURATIONS }, ({ index }, given) => guard(index, given)),
    ];
  }),
  ...DRAINS.flatMap(([name, drain]) => [
    row(`${name}.drainOnSignal`, "server", PROXY, ({ health }, given) => drain(given, health).cancel()),
    row(`${name}.drainOnSignal`, "health", [], (_, given) => drain(anyServer(), given).cancel()),
    row(`${name}.drainOnSignal`, "options", OPTIONS, ({ health }, given) => drain(anyServer(), health, given).cancel()),
    ...options(
      `${name}.drainOnSignal`,
      { delay: DURATIONS, deadline: DURATIONS, signals: [], close: CALLBACK },
      // A short delay, so that any deadline is long enough.
      ({ health }, given: object) => drain(anyServer(), health, { delay: 0, ...given }).cancel(),
    ),
  ]),
  ...WRAPPERS.map(([name, guard]) =>
    row(`${name}.guard`, "the handler that it wraps", FUNCTIONS, ({ index }, given) => guard(index)(given)),
  ),
  row("node.toListener", "handler", FUNCTIONS, (_, given) => node.toListener(given)),
  row("bun.routes", "health", [], (_, given) => bun.routes(given)),
  row("bun.routes", "options", OPTIONS, ({ health }, given) => bun.routes(health, given)),
  row("bun.routes", "heartbeats", ["true"], ({ health }, heartbeats) => bun.routes(health, { heartbeats })),
];

/** Arguments in the wrong order. */
export const ADAPTER_SWAPPED: readonly (readonly [string, (scene: Scene) => unknown])[] = [
  ...NAMES.flatMap((name) => {
    // SAFETY: what the types forbid is the point.
    const { probes, guard } = ADAPTERS[name] as unknown as { readonly probes: Given; readonly guard: Given };
    const app = name === "cloudflare" ? { fetch: () => {} } : () => {};
    return [
      [`${name}.probes(app, health)`, (scene: Scene) => probes(app, healthFor(name, scene))],
      [`${name}.probes(index)`, ({ index }: Scene) => probes(index)],
      [`${name}.guard(options, resource)`, ({ index }: Scene) => guard({ wait: 0 }, index)],
      [`${name}.guard(health)`, ({ health }: Scene) => guard(health)],
    ] as const;
  }),
  ...DRAINS.flatMap(
    ([name, drain]) =>
      [
        [`${name}.drainOnSignal(health, server)`, ({ health }: Scene) => drain(health, anyServer())],
        [`${name}.drainOnSignal(server, options)`, () => drain(anyServer(), { delay: 0 })],
        [`${name}.drainOnSignal(server, options, health)`, ({ health }: Scene) => drain(anyServer(), {}, health)],
      ] as const,
  ),
];
