// Imports every entry of the installed package, and asks one probe.
import { createHealth } from "health-state";

const entries = ["aws-lambda", "bun", "cloudflare", "deno", "fastify", "hono", "koa", "node"];
for (const entry of entries) {
  const { probes, guard } = await import(`health-state/${entry}`);
  if (typeof probes !== "function" || typeof guard !== "function")
    throw new Error(`health-state/${entry} has no probes or guard`);
}
const { createVirtualClock } = await import("health-state/testing");
const health = createHealth({ clock: createVirtualClock() });
health.resource("index", { load: () => ({}) });
const response = health.fetch(new Request("http://localhost/status"));
console.log(response.status, await response.text());
