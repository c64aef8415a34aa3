// A server on raw sockets: it sends what a case says, byte by byte, whatever HTTP thinks of it.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Case, Seen, Wire } from "./kit.ts";

export interface RawServer {
  /** Where the cases are asked; `/<index>/…` is that of one case, `/__seen/<index>` and `/__open/<index>/<count>` its record. */
  readonly base: string;
  /** Another origin with the same cases. */
  readonly other: string;
  close(): Promise<void>;
}

export async function startRawServer(cases: readonly Case[]): Promise<RawServer> {
  const records = cases.map(() => ({ seen: [] as Seen[], open: new Set<Socket>() }));
  const sockets = new Set<Socket>();
  let other = "";

  const control = async (socket: Socket, verb: string, index: number, count: number): Promise<void> => {
    const record = records[index];
    const until = Date.now() + 5_000;
    if (verb === "open") while (record && record.open.size !== count && Date.now() < until) await pause(10);
    const body = JSON.stringify(verb === "open" ? record?.open.size : record?.seen);
    socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };

  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      for (const { open } of records) open.delete(socket);
    });
    let read = Buffer.alloc(0);
    socket.on("data", (data) => {
      read = Buffer.concat([read, data]);
      for (;;) {
        const end = read.indexOf("\r\n\r\n");
        if (end < 0) return;
        const [first = "", ...lines] = read.subarray(0, end).toString("latin1").split("\r\n");
        const headers = Object.fromEntries(
          lines.map((line) => [
            line.slice(0, line.indexOf(":")).toLowerCase(),
            line.slice(line.indexOf(":") + 1).trim(),
          ]),
        );
        const length = Number(headers["content-length"] ?? 0);
        if (read.length < end + 4 + length) return;
        const body = read.subarray(end + 4, end + 4 + length).toString("latin1");
        read = read.subarray(end + 4 + length);
        const [method = "", target = ""] = first.split(" ");
        const [, verb, index, count] = /^\/(?:__(seen|open)\/)?(\d+)(?:\/(\d+))?/.exec(target) ?? [];
        const one = cases[Number(index)];
        const record = records[Number(index)];
        if (verb) void control(socket, verb, Number(index), Number(count));
        else if (one && record) {
          record.open.add(socket);
          const seen = { method, target, headers, body };
          const n = record.seen.push(seen) - 1;
          void Promise.resolve(one.answer(wireOf(socket, other), seen, n)).catch(() => socket.destroy());
        } else socket.destroy();
      }
    });
  };

  const listen = async (server: Server): Promise<string> => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // SAFETY: a server that listens on a port has an address with one.
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const servers = [createServer(serve), createServer(serve)] as const;
  const base = await listen(servers[0]);
  other = await listen(servers[1]);
  return {
    base,
    other,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(async (server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function wireOf(socket: Socket, other: string): Wire {
  return {
    other,
    write: (data) => void socket.write(typeof data === "string" ? Buffer.from(data, "latin1") : data),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    wait: async (ms) => pause(ms),
    gzip: (text) => gzipSync(text),
    brotli: (text) => brotliCompressSync(text),
    sha256: (text, form) => createHash("sha256").update(text).digest(form),
  };
}
