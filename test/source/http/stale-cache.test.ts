// Real caches that serve stale on error, with their origin gone: what the age of the data is then.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { VersionedLoader } from "../../../src/index.ts";
import { fromHttp } from "../../../src/source/http/index.ts";
import { contextOf } from "../kit/context.ts";
import { outcomeOf } from "./kit.ts";

const NGINX = programOf("nginx");
const VARNISH = programOf("varnishd");

function programOf(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

const portOf = (server: { address(): unknown }): number => {
  // SAFETY: a server that listens on a port has an address with one.
  return (server.address() as AddressInfo).port;
};

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Origin {
  readonly port: number;
  stop(): Promise<void>;
}

/** Stamps its content with the time it was made; fresh for a second. */
async function startOrigin(): Promise<Origin> {
  const server: Server = createServer((request, response) => {
    const headers = { etag: '"1"', "cache-control": "max-age=1", "x-made-at": String(Date.now()) };
    if (request.headers["if-none-match"] === '"1"') response.writeHead(304, headers).end();
    else response.writeHead(200, { ...headers, "content-type": "application/json" }).end(`{"madeAt":${Date.now()}}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function spawned(file: string, args: readonly string[]): ChildProcess {
  const child = spawn(file, args, { stdio: ["ignore", "ignore", "pipe"] });
  const exited = new Promise((resolve) => child.on("exit", resolve));
  cleanups.push(async () => {
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), 3_000);
    await exited;
    clearTimeout(force);
  });
  return child;
}

/** Asks until the cache answers 200. */
async function ready(url: string): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.status === 200) return;
    if (Date.now() > until) throw new Error(`${url} does not answer`);
    await pause(50);
  }
}

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "health-state-cache-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** How long the origin has been gone when it is asked again, in ms. */
const GONE_MS = 2_500;

/** The age of what the loader says, and the true one. */
async function agesOf(load: VersionedLoader<{ madeAt: number }>, held?: { madeAt: number }) {
  const context = held ? contextOf({ revision: '"1"', previous: held }) : contextOf();
  const outcome = await outcomeOf(load(context));
  return { outcome, ageMs: typeof outcome["asOf"] === "number" ? Date.now() - outcome["asOf"] : undefined };
}

const parse = (body: { madeAt: number }): { madeAt: number } => body;

describe("behind a cache that serves stale while its origin is gone", () => {
  test.skipIf(!VARNISH)(
    `Varnish: age tells the truth, with 200 and 304${VARNISH ? "" : " (skipped: varnishd is not installed)"}`,
    async () => {
      const origin = await startOrigin();
      const folder = folderOf();
      const port = await freePort();
      const vcl = join(folder, "default.vcl");
      writeFileSync(
        vcl,
        `vcl 4.1; backend default { .host = "127.0.0.1"; .port = "${origin.port}"; }
sub vcl_backend_response { set beresp.grace = 1h; set beresp.keep = 1h; }`,
      );
      // Without a jail, because the folder is ours alone.
      spawned(String(VARNISH), [
        "-j",
        "none",
        "-F",
        "-a",
        `127.0.0.1:${port}`,
        "-f",
        vcl,
        "-n",
        join(folder, "run"),
        "-s",
        "malloc,10m",
      ]);
      const url = `http://127.0.0.1:${port}/rates`;
      await ready(url);
      await origin.stop();
      const goneAt = Date.now();
      await pause(GONE_MS);
      const load = fromHttp(url, { parse });
      const whole = await agesOf(load);
      const madeAt = Number(Reflect.get(Object(whole.outcome["value"]), "madeAt"));
      expect(whole.outcome["is"]).toBe("loaded");
      // Whole seconds, and nothing younger than what the cache can know.
      expect(whole.ageMs).toBeGreaterThan(Date.now() - madeAt - 1_100);
      expect(whole.ageMs).toBeGreaterThanOrEqual(GONE_MS - 1_100);
      const confirmed = await agesOf(load, { madeAt });
      expect(confirmed.outcome["is"]).toBe("unchanged");
      expect(confirmed.ageMs).toBeGreaterThan(Date.now() - goneAt - 1_100);
    },
  );

  test.skipIf(!NGINX)(
    `nginx: no age, so that only asOf(value, headers) tells the truth${NGINX ? "" : " (skipped: nginx is not installed)"}`,
    async () => {
      const origin = await startOrigin();
      const folder = folderOf();
      const port = await freePort();
      const file = join(folder, "nginx.conf");
      writeFileSync(
        file,
        `daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1; events {}
http {
  access_log off; proxy_cache_path ${folder}/cache keys_zone=one:1m;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${origin.port}; proxy_cache one; proxy_cache_use_stale error timeout updating;
    }
  }
}`,
      );
      const user = process.getuid?.() === 0 ? ["-g", "user root;"] : [];
      execFileSync(String(NGINX), ["-t", "-q", "-c", file, ...user], { stdio: "pipe" });
      spawned(String(NGINX), ["-c", file, ...user]);
      const url = `http://127.0.0.1:${port}/rates`;
      await ready(url);
      await origin.stop();
      await pause(GONE_MS);
      const hidden = await agesOf(fromHttp(url, { parse }));
      const madeAt = Number(Reflect.get(Object(hidden.outcome["value"]), "madeAt"));
      // The cache says 200 and vouches for nothing: the loader can only count from its own question.
      expect([hidden.outcome["is"], hidden.ageMs]).toEqual(["loaded", undefined]);
      const date = new Date(String((await fetch(url)).headers.get("date"))).getTime();
      expect(Date.now() - date).toBeLessThan(2_000);
      const cured = await agesOf(fromHttp(url, { parse, asOf: (value) => value.madeAt }));
      expect(cured.outcome["asOf"]).toBe(madeAt);
      expect(cured.ageMs).toBeGreaterThanOrEqual(GONE_MS);
      const confirmed = await agesOf(fromHttp(url, { parse, asOf: (value) => value.madeAt }), { madeAt });
      expect(confirmed.outcome).toEqual({ is: "unchanged", asOf: madeAt });
    },
  );
});
