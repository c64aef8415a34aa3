// A function as Lambda runs it: one invocation after the other, here from standard input to standard output.
import process from "node:process";
import { createInterface } from "node:readline";
import { guard, probes } from "../../../dist/adapters/aws-lambda.js";
import { createHealth, onRequest } from "../../../dist/src/index.js";
import { createSuspendedClock } from "./suspended-clock.mjs";

const LOAD_MS = 50;
const { suspended, hanging = 0, ...limits } = JSON.parse(process.argv[2]);
let loads = 0;

const health = createHealth({
  refresh: onRequest({ lease: "200ms" }),
  ...(suspended ? { clock: createSuspendedClock() } : {}),
});
const index = health.resource("index", {
  load: async () => {
    const version = ++loads;
    // The first ones may hang for ever: their connections did not outlive the freeze.
    await new Promise((resolve) => version > hanging && setTimeout(resolve, LOAD_MS));
    return { version };
  },
  refreshEvery: "100ms",
  ...limits,
});
const handler = probes(
  health,
  guard(index)(async () => ({ statusCode: 200, body: String(index.peek().version) })),
);

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const { id, path } = JSON.parse(line);
  const event = { rawPath: path, rawQueryString: "", headers: {}, requestContext: { http: { method: "GET" } } };
  const { statusCode: status, headers, body } = await handler(event, { awsRequestId: String(id) });
  console.log(JSON.stringify({ id, answer: { status, state: headers?.["health-state"], body } }));
}
process.exit();
