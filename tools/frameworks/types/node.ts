// Every adapter of Node, against the framework's own types: nothing here runs.
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:http2";
import type {
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  ALBHandler,
  LambdaFunctionURLHandler,
  SQSEvent,
} from "aws-lambda";
import connect from "connect";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
import Koa from "koa";
import * as lambda from "../../../adapters/aws-lambda.ts";
import * as forFastify from "../../../adapters/fastify.ts";
import * as forHono from "../../../adapters/hono.ts";
import * as forKoa from "../../../adapters/koa.ts";
import { drainOnSignal, guard, probes } from "../../../adapters/node.ts";
import { createHealth, onRequest } from "../../../src/index.ts";

const health = createHealth({ refresh: onRequest() });
const index = health.resource("index", { load: () => new Map<string, number>() });

const plain = createServer(probes(health, (request, response) => response.end(request.url ?? "")));
drainOnSignal(plain, health, { delay: "5s" });
drainOnSignal(createSecureServer(probes(health)), health);

express()
  .use(probes(health))
  .use("/m", guard(index, { maxAge: "10m" }));
connect()
  .use(probes(health))
  .use("/m", guard([index]));

const app = fastify();
await app.register(forFastify.probes(health));
app.get("/m", { preHandler: forFastify.guard(index) }, async () => "m");
app.get("/n", { preHandler: [forFastify.guard(index)] }, async () => "n");
drainOnSignal(app.server, health);

const koa = new Koa();
koa.use(forKoa.probes(health)).use(forKoa.guard(index));
drainOnSignal(koa.listen(5100), health);

const hono = new Hono();
hono.use(forHono.probes(health)).use("/m/*", forHono.guard(index));

export const any = lambda.probes(health, handle(hono));
export const none: APIGatewayProxyHandlerV2 = lambda.probes(health);
export const rest: APIGatewayProxyHandler = lambda.probes(
  health,
  lambda.guard(index)(async () => ({ statusCode: 200, body: "" })),
);
export const http: APIGatewayProxyHandlerV2 = lambda.probes(
  health,
  lambda.guard(index)(async () => ({ statusCode: 200, body: "" })),
);
export const link: LambdaFunctionURLHandler = lambda.probes(health);
export const balancer: ALBHandler = lambda.probes(health);
export const queue = lambda.probes(health, async (event: SQSEvent) => event.Records.length);
