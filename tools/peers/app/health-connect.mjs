import express from "express";
import health from "@cloudnative/health-connect";
import { createServer } from "node:http";
import { listen } from "../../../bench/servers/listen.mjs";

const app = express();
const healthcheck = new health.HealthChecker();
app.use("/live", health.LivenessEndpoint(healthcheck));
app.use("/ready", health.ReadinessEndpoint(healthcheck));
listen(createServer(app));
