import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { drainOnSignal, probes } from "health-state/node";
import { AppModule } from "./app.module.js";
import { health } from "./rates.js";

const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ["error"] });
app.disable("x-powered-by");
// The probes come first: no session or rate limit stands in a prober's way.
app.use(probes(health));
// Stands for sessions and rate limits.
app.use((_request: IncomingMessage, response: ServerResponse, next: () => void) => {
  response.setHeader("x-later", "yes");
  next();
});
// Nest's shutdown hooks run when the last request has been answered.
drainOnSignal(app.getHttpServer(), health, { close: () => app.close() });
health.start();
await app.listen(Number(process.env["PORT"] ?? 5100), process.env["HOST"] ?? "127.0.0.1");
