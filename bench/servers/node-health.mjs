import { createServer } from "node:http";
import { probes } from "../../dist/adapters/node.js";
import { loadedHealth } from "./health.mjs";
import { listen } from "./listen.mjs";

const { health } = await loadedHealth();
listen(createServer(probes(health, (_request, response) => response.end("app"))));
