// The loggers, registries, meters, tracers and servers of the real packages are what the entries take. It only has to
// compile.
import { makeClientConstructor, Server } from "@grpc/grpc-js";
import { metrics, trace } from "@opentelemetry/api";
import { pino } from "pino";
import { register, Registry } from "prom-client";
import winston from "winston";
import { createHealth, loaded, type LoadContext } from "../../../src/index.ts";
import { grpcHealth } from "../../../src/grpc/index.ts";
import { logTo } from "../../../src/log/index.ts";
import { instrument, traced } from "../../../src/otel/index.ts";
import { collect } from "../../../src/prometheus/index.ts";

const health = createHealth();

logTo(health, pino());
logTo(health, winston.createLogger());
logTo(health, console);
// @ts-expect-error a logger without error() is none
logTo(health, { info: console.info, warn: console.warn });

collect(health, register, { size: { index: (value: readonly string[]) => value.length } });
collect(health, new Registry());
// @ts-expect-error a size is a number
collect(health, register, { size: { index: () => "large" } });

const meter = metrics.getMeter("x");
const tracer = trace.getTracer("x");
instrument(health, { meter, tracer });
health.resource("index", { load: traced(async ({ signal }) => loaded([signal.aborted], { revision: "1" }), tracer) });
const typed = health.resource("typed", {
  load: traced(({ previous }: LoadContext<number>) => (previous ?? 0) + 1, tracer),
});
export const value: number | undefined = typed.peek();

const { service, implementation } = grpcHealth(health, { resources: true });
new Server().addService(service, implementation);
export const Client = makeClientConstructor(service, "grpc.health.v1.Health");
