import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { compile, serve, signalAgain, start, type Service } from "./child.ts";
import { hear, oneAnswer, raw } from "./raw.ts";

const compiled = compile();
afterAll(() => compiled[Symbol.dispose]());

const GONE = { code: 0, signal: null, stderr: "" };

/** Asks on a connection that the client would keep. */
async function ask(socket: Socket, path: string): Promise<string> {
  const answer = oneAnswer(socket);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  return answer;
}

async function open({ port }: Service): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Asks until readiness says that the drain has begun; each question is one round trip. */
async function draining({ port }: Service): Promise<void> {
  for (let n = 0; n < 10_000; n++)
    if ((await raw(port, "GET /status HTTP/1.0\r\n\r\n")).endsWith("INDEX-DRAINING")) return;
  expect.fail("no drain began");
}

/** Connects until that is refused. */
async function refusing({ port }: Service): Promise<void> {
  for (let n = 0; n < 10_000; n++) {
    const socket = connect(port, "127.0.0.1");
    const refused = await new Promise((resolve) =>
      socket.on("error", () => resolve(true)).on("connect", () => resolve(false)),
    );
    socket.destroy();
    if (refused) return;
  }
  expect.fail("it goes on accepting");
}

describe("nothing happens at import", () => {
  test("no signal handler and no timer until drainOnSignal is called, one for each signal then, none after cancel", async () => {
    using service = await serve(compiled, { cancel: true });
    const [before, imported, installed, cancelled] = service.hello.atImport;
    expect([before, imported?.slice(0, 2), installed?.slice(0, 2), cancelled?.slice(0, 2)]).toEqual([
      [0, 0, 0],
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    expect(imported).toEqual(before);
    service.child.kill("SIGTERM");
    // Cancelled: the platform's default is back.
    expect(await service.ended).toEqual({ code: null, signal: "SIGTERM", stderr: "" });
  });

  test("a started registry with a refresh planned keeps no process alive", async () => {
    expect(await start(compiled, { serve: false }).ended).toEqual(GONE);
  });
});

describe.each(["SIGTERM", "SIGINT"] as const)("on %s", (signal) => {
  test("readiness refuses at once, liveness does not, and everything is served through the delay", async () => {
    using service = await serve(compiled);
    service.child.kill(signal);
    await draining(service);
    for (let n = 0; n < 3; n++) {
      const socket = await open(service);
      expect(await ask(socket, "/m")).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*work$/);
      expect(await raw(service.port, "GET /status/live HTTP/1.0\r\n\r\n")).toMatch(
        /^HTTP\/1\.1 200 OK\r\n[^]*I-AM-ALIVE$/,
      );
      expect(await raw(service.port, "GET /status HTTP/1.0\r\n\r\n")).toMatch(
        /^HTTP\/1\.1 503 [^]*\r\nretry-after: 5\r\n[^]*INDEX-DRAINING$/,
      );
      expect(await raw(service.port, "GET /status/startup HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 OK/);
    }
    // The second signal cuts the delay of an hour short.
    await signalAgain(service, signal);
    expect(await service.ended).toEqual(GONE);
  });

  test("the delay ends by itself, and so does the process", async () => {
    using service = await serve(compiled, { delay: 20 });
    const done = service.told("done");
    service.child.kill(signal);
    expect(await service.ended).toEqual(GONE);
    expect(await done).toEqual({ done: true });
  });
});

describe("what is in flight", () => {
  test.each([
    ["an answer that has not begun", "/slow", /\r\nConnection: close\r\n[^]*slow work$/],
    [
      "an answer whose head has left, promising to keep the connection",
      "/stream",
      /\r\nConnection: keep-alive\r\n[^]*first,[^]*slow work/,
    ],
  ])("%s finishes after the stop, and its connection is closed at once", async (_name, path, whole) => {
    using service = await serve(compiled);
    const socket = await open(service);
    const arrived = service.told("slow");
    const heard = hear(socket);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await arrived;
    service.child.kill("SIGTERM");
    await draining(service);
    await signalAgain(service, "SIGTERM");
    await refusing(service);
    service.child.send("release");
    // Neither the hour of keep-alive nor the two of the deadline are waited for.
    expect(await heard).toMatch(whole);
    expect(await service.ended).toEqual(GONE);
  });

  test("connections that idle are closed at the stop, used ones and ones never used", async () => {
    using service = await serve(compiled);
    const used = await open(service);
    expect(await ask(used, "/m")).toMatch(/Connection: keep-alive/);
    const unused = await open(service);
    const closed = [hear(used), hear(unused)];
    service.child.kill("SIGTERM");
    await draining(service);
    await signalAgain(service, "SIGTERM");
    expect(await Promise.all(closed)).toEqual(["", ""]);
    expect(await service.ended).toEqual(GONE);
  });

  test.each([
    ["a request that never ends", "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["a request that never comes whole", "GET /slow HTT"],
    ["an upgraded connection", "GET /chat HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n"],
  ])("%s is cut at the deadline", async (_name, bytes) => {
    using service = await serve(compiled, { delay: 1, deadline: 50 });
    const socket = await open(service);
    const heard = hear(socket);
    socket.write(bytes);
    // Answered on another connection after it: what was sent before has been read.
    await raw(service.port, "GET /m HTTP/1.0\r\n\r\n");
    service.child.kill("SIGTERM");
    await heard;
    expect(await service.ended).toEqual(GONE);
  });
});
