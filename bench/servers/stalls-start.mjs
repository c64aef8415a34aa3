// The least service with probes.
import { createServer } from "node:http";
import { createHealth } from "../../dist/src/index.js";
import { probes } from "../../dist/adapters/node.js";

const health = createHealth();
const server = createServer(probes(health)).listen(0, "127.0.0.1", () => console.log(server.address().port));
