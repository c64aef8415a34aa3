import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { ROOT } from "../repo/tree.ts";
import { until } from "../source/kit/process.ts";
import { RUNTIMES } from "../thread/runtimes.ts";
import { oneAnswer } from "./raw.ts";

const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

describe.each(RUNTIMES.filter(({ name }) => name === "Bun" || name === "Deno"))(
  "the drain of a Hono app on $name",
  ({ program, args }) => {
    test.skipIf(!existsSync(program))("each answer says that its connection ends", { timeout: 60_000 }, async () => {
      const child = spawn(program, [...args, join(ROOT, "test/adapters/hono-drain-child.mjs")], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const gone = once(child, "exit");
      const [line] = await once(createInterface(child.stdout), "line");
      // The program that was started may have started the runtime, and passes no signal on.
      const [pid = 0, port = 0] = String(line).split(" ").map(Number);
      onTestFinished(async () => {
        process.kill(pid, "SIGKILL");
        await gone;
      });
      const open = async (): Promise<Socket> => {
        const socket = connect(port, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      };
      const [work, probe] = [await open(), await open()];
      for (const [socket, path] of [
        [work, "/m"],
        [probe, "/status"],
      ] as const) {
        const answer = oneAnswer(socket);
        socket.write(GET(path));
        expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
      }
      process.kill(pid, "SIGTERM");
      await until("it drains", async () => (await fetch(`http://127.0.0.1:${port}/status`)).status === 503);
      for (const [socket, path, status] of [
        [work, "/m", 200],
        [probe, "/status", 503],
      ] as const) {
        // The client then ends the connection. Deno leaves that to it.
        const answer = oneAnswer(socket);
        socket.write(GET(path));
        expect(await answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*connection: close`, "i"));
      }
    });
  },
);
