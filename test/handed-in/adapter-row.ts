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
    // Each is an object whose handlers are left out.
    "an object with an unknown name",
    "an object without a prototype",
    "an object that has no text",
  ],
};

const PROXY: readonly Kind[] = ["a Proxy that has everything"];
const anyServer = (): never => KINDS["a Proxy that has everything"]() as never;

type Given = (...given: readonly unknown[]) => unknown;

/** On Workers a health in request mode is needed. */
function healthFor(name: keyof typeof ADAPTERS, { health, clock }: Scene): Health {
  return name === "cloudflare" ? createHealth({ clock, refresh: onRequest() }) : health;
}

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
      row(`${name}.guard`, "resources", ["an array"], (_, given) => guard(given)),
      row(`${name}.guard`, "options", OPTIONS, ({ index }, given) => guard(index, given)),
      ...options(`${name}.guard`, { maxAge: DURATIONS, wait: DURATIONS }, ({ index }, given) => guard(index, given)),
    ];
  }),
  ...(
    [
      ["node", node.drainOnSignal],
      ["bun", bun.drainOnSignal],
      ["deno", deno.drainOnSignal],
    ] as const
  ).flatMap(([name, drain]) => [
    // Nothing of what is right must hear a signal here.
    row(`${name}.drainOnSignal`, "server", name === "deno" ? [] : PROXY, ({ health }, given) =>
      drain(given, health).cancel(),
    ),
    row(`${name}.drainOnSignal`, "health", [], (_, given) => drain(anyServer(), given)),
  ]),
  row("node.toListener", "handler", FUNCTIONS, (_, given) => node.toListener(given)),
  row("bun.routes", "health", [], (_, given) => bun.routes(given)),
  row("bun.routes", "options", OPTIONS, ({ health }, given) => bun.routes(health, given)),
  row("bun.routes", "heartbeats", ["true"], ({ health }, heartbeats) => bun.routes(health, { heartbeats })),
];

/** Arguments in the wrong order. */
export const ADAPTER_SWAPPED: readonly (readonly [string, (scene: Scene) => unknown])[] = [
  ["node.probes(app, health)", ({ health }) => node.probes((() => {}) as never, health as never)],
  ["bun.probes(fetch, health)", ({ health }) => bun.probes((() => {}) as never, health as never)],
  [
    "cloudflare.probes(worker, health)",
    ({ health }) => cloudflare.probes({ fetch: () => {} } as never, health as never),
  ],
  ["node.guard(options, resource)", ({ index }) => node.guard({ wait: 0 } as never, index as never)],
];
