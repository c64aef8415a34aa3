import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { probes } from "../../adapters/node.ts";
import { internalsOf } from "../../src/handler/internals.ts";
import { createHealth, heartbeat, type Health, type Resource } from "../../src/index.ts";
import { configure } from "../../cli/src/probers/index.ts";
import { createVirtualClock, force } from "../../src/testing/index.ts";
import { FILES, read, ROOT } from "./tree.ts";

const README = read("README.md");
const [program = ""] = fencedOf("js");
const [placeInFull = ""] = fencedOf("ts");

const folder = mkdtempSync(join(tmpdir(), "health-state-readme-"));
mkdirSync(join(folder, "node_modules/@hono"), { recursive: true });
symlinkSync(ROOT, join(folder, "node_modules/health-state"));
for (const name of ["hono", "@hono/node-server"])
  symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
afterAll(() => rmSync(folder, { recursive: true }));

/** What stands between fences of a language. */
function fencedOf(language: string): readonly string[] {
  return [...README.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code = ""]) =>
    name === language ? [code] : [],
  );
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // SAFETY: a server on TCP has such an address.
  return (server.address() as AddressInfo).port;
}

/** A port that nobody uses now. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

/** The cells of the table that the library answers by: three answers for each thing that can be. */
const TABLE: ReadonlyMap<string, readonly string[]> = new Map(
  [...README.matchAll(/^\| ([^|]+) \| ((?:\d{3} `|depends on)[^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, name = "", ...cells]) => [name, cells],
  ),
);

describe("the README's first page", () => {
  test("says what it is, how to install it and the smallest program, then the answers, then the table", () => {
    const first = README.split("\n").slice(0, 15).join("\n");
    expect(first).toContain("npm install health-state");
    expect(first).toContain(program);
    expect(program.trimEnd().split("\n")).toHaveLength(6);
    expect(program).toContain("refuseAfter");
    const table = README.indexOf("| a heartbeat overdue | depends on the data | 503 `WEDGED` | depends on the data |");
    const places = [program, "```http", "| situation |"].map((part) => README.indexOf(part));
    expect([...places, table]).toEqual([...places, table].sort((one, other) => one - other));
    expect(README.slice(0, table).split("\n").length).toBeLessThan(65);
  });

  test("is one of at most 160 lines of at most 120 columns", () => {
    const lines = README.trimEnd().split("\n");
    expect([lines.length <= 160, lines.length]).toEqual([true, lines.length]);
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });

  test("keeps the hazard of a source that dies, and links how a process ends", () => {
    expect(README).toContain("## When the source dies");
    expect(README).toContain("](docs/guide/shutdown.md)");
  });

  test.each([
    ["program", program, "/", "200 1.08\n"],
    ["place in full", placeInFull, "/rates", '200 {"USD":1.08}'],
  ])("shows a %s that runs, and answers as it says", async (_name, code, path, answer) => {
    const port = await freePort();
    const file = join(folder, "first.mjs");
    writeFileSync(file, code.replace("5100", `${port}`));
    const child = spawn(process.execPath, [file], { stdio: ["ignore", "ignore", "inherit"] });
    try {
      const get = async (path: string): Promise<string> => {
        for (let attempt = 0; ; attempt++) {
          try {
            const answer = await fetch(`http://127.0.0.1:${port}${path}`);
            return `${answer.status} ${await answer.text()}`;
          } catch (error) {
            // Not listening yet; a child that has ended never will be.
            if (child.exitCode !== null || attempt > 5_000) throw error;
          }
        }
      };
      await get("/status/live");
      expect(await get("/status")).toBe("200 I-AM-ALIVE");
      expect(await get(path)).toBe(answer);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("shows code that compiles", async () => {
    for (const [index, code] of [...fencedOf("js"), ...fencedOf("ts")].entries())
      writeFileSync(join(folder, `block-${index}.ts`), code);
    const compilerOptions = {
      module: "nodenext",
      target: "es2022",
      strict: true,
      // The first program is JavaScript: its parameters have no types.
      noImplicitAny: false,
      noEmit: true,
      skipLibCheck: true,
      lib: ["es2022", "esnext.disposable", "dom"],
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules/@types")],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["block-*.ts"] }));
    await promisify(execFile)(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder]);
  });
});

describe("the README's table", () => {
  const ask = (health: Health): readonly string[] =>
    ["/status", "/status/live", "/status/startup"].map((path) => {
      const answer = internalsOf(health).ask("GET", path, undefined, {
        accept: () => null,
        request: () => new Request("http://x"),
      });
      return `${answer?.status} \`${answer?.body}\``;
    });
  const make = (
    refuseAfter: string,
  ): { health: Health; index: Resource<object>; advance(ms: number): Promise<void> } => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const load = (): Promise<object> => new Promise(() => {});
    const index = health.resource("index", { load, refreshEvery: "30s", staleAfter: "65s", refuseAfter });
    return { health, index, advance: (ms) => clock.advance(ms) };
  };

  test.each([
    ["NOT_LOADED", "NOT_LOADED", "65s"],
    ["LOADING", "LOADING", "65s"],
    ["READY, refreshing or not", "READY", "65s"],
    ["STALE, age at or under `refuseAfter`", "STALE", "never"],
    ["STALE, older", "STALE", "65s"],
  ] as const)("is what is answered: %s", (name, state, refuseAfter) => {
    const { health, index } = make(refuseAfter);
    if (state === "STALE") force(index, "READY", {});
    force(index, state, {});
    expect(ask(health)).toEqual(TABLE.get(name));
  });

  test("is what is answered while READY and refreshing", async () => {
    const { health, index } = make("65s");
    force(index, "READY", {});
    void index.reload();
    expect(index.snapshot().refreshing).toBe(true);
    expect(ask(health)).toEqual(TABLE.get("READY, refreshing or not"));
  });

  test("is what is answered while draining, and while a heartbeat is overdue", async () => {
    const { health, index, advance } = make("65s");
    force(index, "READY", {});
    const before = ask(health);
    const beat = heartbeat(health, "consumer", { within: "1s" });
    beat();
    await advance(1_001);
    const [, wedged] = TABLE.get("a heartbeat overdue") ?? [];
    expect([TABLE.get("a heartbeat overdue"), ask(health)]).toEqual([
      ["depends on the data", wedged, "depends on the data"],
      [before[0], wedged, before[2]],
    ]);
    beat();
    health.drain();
    const [draining, alive] = TABLE.get("draining") ?? [];
    expect([TABLE.get("draining"), ask(health)]).toEqual([
      [draining, alive, "as without a drain"],
      [draining, alive, before[2]],
    ]);
  });

  test("has no row that nobody looked at", () => {
    expect(TABLE.size).toBe(7);
  });
});

test("the README's literal answers are what leaves a server, byte for byte but for the date and the connection", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let down = true;
  health.resource("rates", {
    load: () => {
      if (down) throw new Error("the source is down");
      return new Map();
    },
    refreshEvery: "30s",
    staleAfter: "65s",
    refuseAfter: "10m",
  });
  const server = createHttpServer(probes(health));
  const port = await portOf(server);
  const get = async (): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET /status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    const answer = await text(socket);
    return `${answer.replace(/^(Date|Connection): .*\r\n/gm, "").replaceAll("\r", "")}\n`;
  };
  try {
    health.start();
    await clock.settle();
    const seen = [await get()];
    down = false;
    await clock.advance(1_000);
    seen.push(await get());
    down = true;
    await clock.advance(600_000);
    seen.push(await get());
    expect(fencedOf("http")).toEqual([seen.join("\n")]);
  } finally {
    server.close();
    await health.close();
  }
});

describe("what the README claims", () => {
  test("the Kubernetes probes have the numbers that health-state config writes", () => {
    const [made] = configure("kubernetes", { port: 5100, loadTime: "60s" });
    const [container] = parse(made?.text ?? "").spec.template.spec.containers;
    const [shown = ""] = fencedOf("yaml");
    const expected = Object.fromEntries(
      ["startupProbe", "readinessProbe", "livenessProbe"].map((name) => {
        const { successThreshold: _one, ...probe } = container[name];
        return [name, { ...probe, httpGet: { ...probe.httpGet, port: 5100 } }];
      }),
    );
    expect(parse(shown)).toEqual(expected);
  });

  test("the sizes are what size-limit measures", { timeout: 60_000 }, async () => {
    const bin = join(ROOT, "node_modules/size-limit/bin.js");
    const { stdout } = await promisify(execFile)(process.execPath, [bin, "--json"], { cwd: ROOT });
    const sizes: readonly { name: string; size: number }[] = JSON.parse(stdout);
    const said = [...README.matchAll(/(\d+\.\d) kB/g)].map(([, kB]) => kB);
    const [core, node] = sizes.map(({ size }) => size / 1_000);
    const adapters = sizes.filter(({ name }) => name.includes(" probes of ")).map(({ size }) => size / 1_000);
    const most = Math.max(...adapters) - Number(core);
    expect(said).toEqual([core?.toFixed(1), node?.toFixed(1), most.toFixed(1)]);
    expect([adapters.length, most <= 0.8, most]).toEqual([8, true, most]);
  });

  test("every entry is named, and no entry that does not exist", () => {
    const entries = Object.keys(JSON.parse(read("package.json")).exports)
      .filter((name) => name.startsWith("./") && !name.endsWith(".json"))
      .map((name) => `health-state${name.slice(1)}`);
    const named = new Set([...README.matchAll(/health-state\/[a-z][a-z-]+/g)].map(([name]) => name));
    expect([...named].sort()).toEqual(entries.sort());
  });

  test("every function that it names exists", async () => {
    const entries = Object.values<{ default?: string }>(JSON.parse(read("package.json")).exports);
    const modules = entries.flatMap(({ default: file }) => (file === undefined ? [] : [import(join(ROOT, file))]));
    const health = createHealth();
    const resource = health.resource("index", { load: () => ({}) });
    const known = new Set([
      ...(await Promise.all(modules)).flatMap((module: object) => Object.keys(module)),
      ...Object.keys(health),
      ...Object.getOwnPropertyNames(Object.getPrototypeOf(resource)),
      // What a loader or a platform is called by.
      "validate",
      "dispose",
      "createServer",
      "require",
      "serve",
      "use",
      "register",
      "app",
      "sequence",
      "resolve",
      "next",
      "route",
      "mount",
      "handle",
    ]);
    const code = [...README.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`]+)`/g)].map(([, inline = ""]) => inline);
    const called = code.flatMap((inline) => [...inline.matchAll(/(\w+)\(/g)].map(([, name = ""]) => name));
    expect(called.filter((name) => !known.has(name))).toEqual([]);
  });

  test("its links, and those of the other pages, lead to files", () => {
    for (const page of FILES.filter((file) => file.endsWith(".md"))) {
      const links = [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) => link);
      expect([page, links.filter((link) => !existsSync(join(ROOT, page, "..", link)))]).toEqual([page, []]);
    }
  });

  test("its commands exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const { name: command, bin } = JSON.parse(read("cli/package.json"));
    const pages = ["README.md", "CONTRIBUTING.md"].map(read).join("\n");
    for (const [, name = ""] of pages.matchAll(/npm run ([a-z:]+)/g)) expect(Object.keys(scripts)).toContain(name);
    expect(pages).toContain("npm ci && npm test");
    expect(Object.keys(bin)).toEqual(["health-state"]);
    expect(pages.match(/npx (?!health-state-cli )health-state\S*/g)).toBeNull();
    expect(pages).toContain(`npx ${command} doctor`);
  });
});
