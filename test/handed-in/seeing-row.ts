import * as core from "../../src/index.ts";
import * as grpc from "../../src/grpc/index.ts";
import * as log from "../../src/log/index.ts";
import * as otel from "../../src/otel/index.ts";
import * as page from "../../src/page/index.ts";
import * as prometheus from "../../src/prometheus/index.ts";
import { FUNCTIONS, type Kind } from "./kind.ts";
import type { Row, Scene } from "./row.ts";

const row = (of: string, slot: string, takes: readonly Kind[], call: (scene: Scene, given: never) => unknown): Row => ({
  of,
  slot,
  takes,
  call,
});

/** A Proxy that has everything is everything. It stands for a logger, a registry, a meter and a tracer of a copy. */
const PROXY: readonly Kind[] = ["a Proxy that has everything"];
const OPTIONS: readonly Kind[] = ["undefined", "an object", "an invalid Date", "a promise"];
const SIZES: readonly Kind[] = [
  "undefined",
  "an object",
  // Its one function could be that of a resource.
  "an object that has no text",
  "an invalid Date",
  "a promise",
];

const noop = (): void => {};
const tracer = { startSpan: noop, startActiveSpan: noop } as never;
const register = (): never => ({ registerMetric: noop, getSingleMetric: noop, removeSingleMetric: noop }) as never;

/** Every function of the entries that show a health. */
export const SEEING = { grpc, log, otel, page, prometheus };

/** A row for each slot of them. */
export const SEEING_ROWS: readonly Row[] = [
  row("logTo", "health", [], (_, given) => log.logTo(given, console)),
  row("logTo", "logger", PROXY, ({ health }, given) => log.logTo(health, given)),
  row("collect", "health", [], (_, given) => prometheus.collect(given, register())),
  row("collect", "register", PROXY, ({ health }, given) => prometheus.collect(health, given)),
  row("collect", "options", OPTIONS, ({ health }, given) => prometheus.collect(health, register(), given)),
  row("collect", "size", SIZES, ({ health }, size) => prometheus.collect(health, register(), { size })),
  row("instrument", "health", [], (_, given) => otel.instrument(given, { tracer })),
  row("instrument", "options", [], ({ health }, given) => otel.instrument(health, given)),
  row("instrument", "meter", ["undefined", ...PROXY], ({ health }, meter) =>
    otel.instrument(health, { meter, tracer }),
  ),
  row("instrument", "tracer", PROXY, ({ health }, given) => otel.instrument(health, { tracer: given })),
  row("instrument", "size", SIZES, ({ health }, size) => otel.instrument(health, { tracer, size })),
  row("traced", "load", FUNCTIONS, (_, given) => otel.traced(given, tracer)),
  row("traced", "tracer", PROXY, (_, given) => otel.traced(() => 1, given)),
  row("statusPage", "health", [], (_, given) => page.statusPage(given)),
  row("statusPage", "options", OPTIONS, ({ health }, given) => page.statusPage(health, given)),
  row("statusPage", "details", ["undefined", ...PROXY], ({ health }, details) => page.statusPage(health, { details })),
  row("grpcHealth", "health", [], (_, given) => grpc.grpcHealth(given)),
  row("grpcHealth", "options", OPTIONS, ({ health }, given) => grpc.grpcHealth(health, given)),
  row("grpcHealth", "resources", ["true", "undefined"], ({ health }, resources) =>
    grpc.grpcHealth(health, { resources }),
  ),
];

/** Arguments in the wrong order. */
export const SEEING_SWAPPED: readonly (readonly [string, (scene: Scene) => unknown])[] = [
  ["logTo(logger, health)", ({ health }) => log.logTo(console as never, health as never)],
  ["collect(register, health)", ({ health }) => prometheus.collect(register(), health as never)],
  ["traced(tracer, load)", () => otel.traced(tracer, (() => 1) as never)],
  ["statusPage(health, details)", ({ health }) => page.statusPage(health, core.details("always") as never)],
];
