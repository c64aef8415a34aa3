import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { compile } from "../child.ts";
import { keepAsking, type Tally } from "./http2-client.ts";
import { portOf, run, type Running } from "./run.ts";

const compiled = compile();
afterAll(() => compiled[Symbol.dispose]());

const SERVICE = fileURLToPath(new URL("service.mjs", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const NODES = [
  { name: "this Node", file: process.execPath },
  ...["22", "24"].map((version) => ({
    name: `Node ${version}`,
    file: join(ROOT, `tools/nodes/node_modules/node-${version}/bin/node`),
  })),
];

function serve(kind: string, delay = "1000ms", { node = process.execPath, env = {} } = {}): Running {
  return run([node, SERVICE, compiled.url, kind, delay], env);
}

/** As `npm` and process managers send it: to the group, and forwarded by its leader. */
async function signalTwice({ child, said }: Running, second: "SIGTERM" | "SIGINT" = "SIGINT"): Promise<void> {
  child.kill("SIGTERM");
  await said(/^draining/);
  child.kill(second);
}

function ask(port: number, path = "/", agent: Agent | false = false): Promise<string> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path, agent }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += String(chunk)));
      response.on("end", () => resolve(`${response.statusCode} ${body}`));
    }).on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe.concurrent("two servers on one health", () => {
  test("the data serves until both are done, and a signal that comes twice cuts nothing short", async () => {
    using service = serve("two", "600ms");
    const [, traffic, admin] = /^ports (\d+) (\d+)/.exec(await service.said(/^ports/)) ?? [];
    const answer = ask(Number(traffic));
    await service.said(/^asked/);
    await signalTwice(service);
    expect(await ask(Number(admin), "/status")).toBe("503 INDEX-DRAINING");
    expect(await ask(Number(traffic), "/status/live")).toBe("200 I-AM-ALIVE");
    expect(await answer).toBe("200 v");
    expect([await service.ended, service.stderr()]).toEqual([0, ""]);
    expect(service.lines.slice(1)).toEqual(["asked", "draining", "answered v", "disposed", "done", "done"]);
  });
});

describe.concurrent("a signal before listen()", () => {
  test("a server that begins to listen during the delay serves to its end, and the process ends", async () => {
    using service = serve("early", "600ms");
    const port = await portOf(service);
    expect(await ask(port, "/status")).toBe("503 INDEX-DRAINING");
    expect([await service.ended, service.stderr()]).toEqual([0, ""]);
    expect(service.lines[0]).toBe("draining");
    expect(service.lines.slice(2)).toEqual(["pool ended, data v", "disposed"]);
  });

  test("a server that begins to listen after the drain is closed again, once it could ask for its address", async () => {
    using service = serve("late", "100ms");
    expect([await service.ended, service.stderr()]).toEqual([0, ""]);
    expect(service.lines.map((line) => line.replace(/\d+/, "N"))).toEqual([
      "draining",
      "disposed",
      "done",
      "port N",
      "closed again",
    ]);
  });

  test("a server that joins when the drain is over is stopped before it listens", async () => {
    using service = serve("another", "100ms");
    expect([await service.ended, service.stderr()]).toEqual([0, ""]);
    expect(service.lines.map((line) => line.replace(/\d+/, "N")).sort()).toEqual([
      "disposed",
      "done",
      "draining",
      "pool ended, data undefined",
    ]);
  });
});

const certificate = createCertificate();

describe("TLS", () => {
  test.for(["https", "https2"])(
    "%s: a connection that never had a request holds nothing, and one whose request has begun is served",
    async (kind, { skip }) => {
      if (!certificate) skip("there is no openssl to make a certificate with");
      using service = serve(kind, "100ms", { env: { CERTIFICATE: certificate } });
      const port = await portOf(service);
      const [unused, half] = [await openTls(port), await openTls(port)];
      half.socket.write("GET / HTTP/1.1\r\n");
      const used = await openTls(port);
      used.socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
      await used.said;
      await signalTwice(service);
      // Neither the deadline nor the keep-alive is waited for.
      await Promise.all([unused.closed, used.closed]);
      expect(half.socket.destroyed).toBe(false);
      half.socket.write("host: x\r\n\r\n");
      await half.closed;
      expect(half.heard()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*data/);
      expect([await service.ended, service.stderr()]).toEqual([0, ""]);
    },
  );
});

describe("HTTP/2 under a steady client", () => {
  const kinds = ["http2", "https2", "streams"].flatMap((kind) => NODES.map((node) => ({ kind, ...node })));

  test.for(kinds)("loses no request: $kind on $name", async ({ kind, file, name }, { skip }) => {
    if (!existsSync(file)) skip(`${name} is not installed: npm ci --prefix tools/nodes`);
    if (!certificate && kind === "https2") skip("there is no openssl to make a certificate with");
    using service = serve(kind, "300ms", { node: file, env: { CERTIFICATE: certificate } });
    const url = `${kind === "https2" ? "https" : "http"}://127.0.0.1:${await portOf(service)}`;
    const tally: Tally = { answered: 0, lost: [] };
    let enough = (): void => {};
    const busy = new Promise<void>((resolve) => (enough = resolve));
    const clients = [1, 2, 3].map(() => keepAsking(url, tally, enough));
    await busy;
    await signalTwice(service);
    expect([await service.ended, service.stderr()]).toEqual([0, ""]);
    await Promise.all(clients);
    expect(tally.lost).toEqual([]);
    expect(tally.answered).toBeGreaterThan(100);
  });
});

describe.concurrent("a framework's own shutdown", () => {
  const isThere = existsSync(join(ROOT, "tools/ending/node_modules/fastify"));

  test.for(["fastify", "nest"])(
    "%s: its hooks run after what was in flight, with the data still there",
    async (kind, { skip }) => {
      if (!isThere) skip("the frameworks are not installed: npm ci --prefix tools/ending");
      using service = serve(kind, "500ms");
      const port = await portOf(service);
      const answer = ask(port);
      await service.said(/^asked/);
      await signalTwice(service);
      expect(await ask(port, "/status")).toBe("503 INDEX-DRAINING");
      expect(await answer).toBe("200 v");
      expect([await service.ended, service.stderr()]).toEqual([0, ""]);
      expect(service.lines.slice(1)).toEqual([
        "asked",
        "draining",
        "answered v",
        ...(kind === "nest" ? ["onModuleDestroy"] : []),
        "pool ended, data v",
        "disposed",
      ]);
    },
  );

  test("one that fails is told of, with its control characters escaped, and the health closes", async () => {
    using service = serve("failing");
    await portOf(service);
    await signalTwice(service);
    expect(await service.ended).toBe(0);
    expect(service.lines.slice(1)).toEqual(["draining", "disposed", "done"]);
    expect(service.stderr()).toBe(
      "health-state: the close of drainOnSignal() failed: Error: the pool is\\u000abroken. The health closes anyway.\n",
    );
  });

  test("one that never ends is waited for until the deadline", async () => {
    using service = serve("hanging");
    await portOf(service);
    await signalTwice(service);
    expect(await service.ended).toBe(0);
    expect(service.lines.slice(1)).toEqual(["draining", "half of the deadline has passed", "disposed", "done"]);
    expect(service.stderr()).toBe(
      "health-state: the close of drainOnSignal() has not finished in time. The health closes anyway.\n",
    );
  });
});

describe("node:cluster", () => {
  test("a worker disconnects as the last step, so that it ends, and the primary with it", async () => {
    using service = serve("cluster", "400ms");
    const port = await portOf(service);
    await service.said(/^port/, 2);
    const answer = ask(port);
    await service.said(/^asked/);
    await signalTwice(service, "SIGTERM");
    expect(await answer).toBe("200 v");
    expect([await service.ended, service.stderr()]).toEqual([0, ""]);
    expect(service.lines.filter((line) => /^(worker|last)/.test(line)).sort()).toEqual([
      "last words",
      "last words",
      "worker left 0 true",
      "worker left 0 true",
    ]);
  });
});

describe("in development", () => {
  test("node --watch restarts with no delay, although a client keeps its connection", async () => {
    const folder = mkdtempSync(join(tmpdir(), "health-state-watch-"));
    const entry = join(folder, "entry.mjs");
    writeFileSync(entry, `await import(${JSON.stringify(SERVICE)});`);
    const agent = new Agent({ keepAlive: true });
    using service = run([process.execPath, "--watch", entry, compiled.url, "plain"]);
    try {
      expect(await ask(await portOf(service), "/", agent)).toBe("200 data");
      writeFileSync(entry, `${readFileSync(entry, "utf8")} // edited`);
      await service.said(/^port/, 2);
      expect(service.lines).toContain("at once stopped");
    } finally {
      agent.destroy();
      service.child.kill("SIGTERM");
      await service.ended;
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ["NODE_ENV is development", { NODE_ENV: "development" }, true],
    ["NODE_ENV is test", { NODE_ENV: "test" }, true],
    ["NODE_ENV is production", { NODE_ENV: "production" }, false],
    ["nothing is set", {}, false],
    ["it runs on Kubernetes", { NODE_ENV: "development", KUBERNETES_SERVICE_HOST: "10.0.0.1" }, false],
  ])("the default delay where %s", async (_name, env, isNone) => {
    using service = serve("plain", "", { env });
    const port = await portOf(service);
    service.child.kill("SIGTERM");
    await service.said(/^just before/);
    if (!isNone) {
      expect(await ask(port, "/status")).toBe("503 INDEX-DRAINING");
      service.child.kill("SIGUSR2");
    }
    expect(await service.ended).toBe(0);
    const rest = isNone
      ? ["disposed", "at once stopped", "just before 10 s stopped"]
      : ["at once serves", "just before 10 s serves", "disposed", "at 10 s stopped"];
    expect(service.lines.slice(1)).toEqual(["draining", ...rest]);
  });
});

/** A connection after its handshake, for HTTP/1. */
interface TlsClient {
  readonly socket: TLSSocket;
  /** All that has arrived. */
  readonly heard: () => string;
  /** Something has arrived. */
  readonly said: Promise<unknown>;
  readonly closed: Promise<unknown>;
}

async function openTls(port: number): Promise<TlsClient> {
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
  let heard = "";
  socket.on("data", (chunk) => (heard += String(chunk)));
  // A reset is an end too.
  socket.on("error", () => {});
  const said = new Promise((resolve) => socket.once("data", resolve));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "secureConnect");
  return { socket, heard: () => heard, said, closed };
}

/** A certificate and its key; empty where there is no openssl. */
function createCertificate(): string {
  const folder = mkdtempSync(join(tmpdir(), "health-state-certificate-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  try {
    const args = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost";
    execFileSync("openssl", [...args.split(" "), "-keyout", key, "-out", cert], { stdio: "ignore" });
    return JSON.stringify({ key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") });
  } catch {
    return "";
  } finally {
    rmSync(folder, { recursive: true });
  }
}
