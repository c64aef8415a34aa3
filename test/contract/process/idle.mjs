// A registry with a schedule and nothing else to do: it must not hold the process.
import { createHealth } from "../../../dist/src/index.js";

const health = createHealth();
const index = health.resource("index", { load: () => ({}), refreshEvery: "30s" });
health.start();
await index.get();
console.log(health.fetch(new Request("http://localhost/status")).status);
