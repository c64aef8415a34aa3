// A service as its author would write it, on the compiled library: plain node, no test framework.
import { createServer } from "node:http";

const [at, scenario = "{}"] = process.argv.slice(2);
const { delay = "1h", deadline = "2h", serve = true, late = false, cancel = false } = JSON.parse(scenario);
const counts = () => [
  process.listenerCount("SIGTERM"),
  process.listenerCount("SIGINT"),
  process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
];

const atImport = [counts()];
const { createHealth } = await import(new URL("src/index.js", at));
const { drainOnSignal, probes } = await import(new URL("adapters/node.js", at));
atImport.push(counts());

// A clock that can be set ahead, because signals within a second are one.
let aheadMs = 0;
const clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now() + aheadMs,
  random: Math.random,
  setTimer: (callback, delayMs, hold) => {
    const timer = setTimeout(() => callback(), delayMs);
    if (!hold) timer.unref();
    return () => clearTimeout(timer);
  },
};
const health = createHealth({ clock });
health.resource("index", { load: () => ({}), refreshEvery: "1h" });
health.start();

const held = new Set();
const app = (request, response) => {
  if (request.url === "/slow") {
    held.add(response);
    process.send({ slow: true });
  } else if (request.url === "/stream") {
    response.write("first,");
    held.add(response);
    process.send({ slow: true });
  } else response.end("work");
};

if (serve) {
  const server = createServer(probes(health, app));
  server.keepAliveTimeout = 3_600_000;
  server.on("upgrade", (_request, socket) =>
    socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n"),
  );
  const install = () => {
    const drain = drainOnSignal(server, health, { delay, deadline });
    atImport.push(counts());
    if (cancel) drain.cancel();
    atImport.push(counts());
    void drain.done.then(() => process.send({ done: true }));
  };
  if (!late) install();
  server.listen(0, "127.0.0.1", () => {
    if (late) install();
    process.send({ port: server.address().port, atImport });
  });
  server.on("connection", () => process.send({ connection: true }));
}

process.on("message", (message) => {
  if (message === "release") for (const response of held) response.end("slow work");
  if (message === "later") process.send({ later: (aheadMs += 1_000) });
  if (message === "counts") process.send({ counts: counts() });
});
// Only what the service itself does may hold the process.
process.channel.unref();
