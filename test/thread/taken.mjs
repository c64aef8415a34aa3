// The port of the probe thread is taken, from the start or while the thread is started again. Ends by itself.
//   node taken.mjs start | again        prints what it saw, as JSON
import { once } from "node:events";
import { createServer } from "node:http";
import { createHealth } from "../../dist/src/index.js";
import { probeThread } from "../../dist/src/thread/index.js";

/** So many attempts fail before the port is free. */
const FAILURES = 3;

const threads = [];
let failures = 0;
let enough = () => {};
const failedOften = new Promise((done) => (enough = done));
process.on("worker", (started) => {
  threads.push(started);
  started.on("message", ({ type }) => type === "failed" && ++failures === FAILURES && enough());
});

/** Takes the port. On some runtimes the socket of a thread is closed a moment after the thread has ended. */
const take = async (port) => {
  for (;;) {
    const server = createServer((_, response) => response.end("another"));
    const error = await new Promise((done) => {
      server.once("error", done);
      server.listen(port, "127.0.0.1", () => done(undefined));
    });
    if (!error) return server;
    if (error.code !== "EADDRINUSE") throw error;
  }
};
const ask = (port) =>
  fetch(`http://127.0.0.1:${port}/status/live`, { headers: { connection: "close" } }).then(
    (answer) => answer.text(),
    () => undefined,
  );

const isStart = process.argv[2] === "start";
let server = isStart ? await take(0) : undefined;
const thread = probeThread(createHealth(), { port: server?.address().port ?? 0, host: "127.0.0.1" });
const listening = await thread.listening.then(
  () => "listens",
  ({ code }) => code,
);
const port = server?.address().port ?? (await thread.listening).port;
if (!isStart) {
  await threads[0].terminate();
  server = await take(port);
}
const awake = setInterval(() => {}, 1_000);
await failedOften;
const meanwhile = await ask(port);
server.close();
server.closeAllConnections();
await once(server, "close");
let answer;
while ((answer = await ask(port)) === undefined);
clearInterval(awake);
console.log(JSON.stringify({ listening, meanwhile, answer, threads: threads.length }));
// The listeners above keep a process alive on some runtimes.
for (const one of threads) one.removeAllListeners("message").unref();
