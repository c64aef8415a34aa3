import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { createHealth, heartbeat, WORDS } from "../../src/index.ts";
import { createVirtualClock, force } from "../../src/testing/index.ts";
import { read, ROOT } from "./tree.ts";

const README = read("README.md");
const [program = ""] = [...README.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code ?? "");

const folder = mkdtempSync(join(tmpdir(), "health-state-readme-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(ROOT, join(folder, "node_modules/health-state"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A port that nobody uses now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

describe("the README", () => {
  test("says what it is, how to install it, the smallest program and the table on its first 30 lines", () => {
    const first = README.split("\n").slice(0, 30).join("\n");
    expect(first).toContain("npm install health-state");
    expect(first).toContain(program);
    expect(first).toContain("| a heartbeat overdue | as the data says | 503 `WEDGED` | as before |");
    expect(program).toContain("refuseAfter");
  });

  test("is between 150 and 200 lines", () => {
    const lines = README.split("\n").length;
    expect([lines >= 150, lines <= 201, lines]).toEqual([true, true, lines]);
  });

  test("shows a first program that runs", async () => {
    const port = await freePort();
    const file = join(folder, "first.mjs");
    writeFileSync(file, program.replace("5100", `${port}`));
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
      expect(await get("/")).toBe("200 1.08\n");
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("shows the literal answer while the first load runs", async () => {
    const health = createHealth({ clock: createVirtualClock() });
    force(health.resource("index", { load: () => new Promise<object>(() => {}) }), "LOADING");
    const answer = health.fetch(new Request("http://x/status"));
    const shown = /```http\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
    const [head = "", body = ""] = shown.split("\n\n");
    const [line, ...headers] = head.split("\n");
    expect(line).toBe(`HTTP/1.1 ${answer.status} Service Unavailable`);
    expect(headers.sort()).toEqual([...answer.headers].map(([name, value]) => `${name}: ${value}`).sort());
    expect(body).toBe(`${await answer.text()}\n`);
    await health.close();
  });

  test("has the table that the library answers by", async () => {
    const rows = [...README.matchAll(/^\| ([^|]+) \| ((?:\d{3} `|as the)[^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
      ([, ...cells]) => cells.map((cell) => cell.trim()),
    );
    const clock = createVirtualClock();
    const ask = (health: ReturnType<typeof createHealth>): readonly string[] =>
      ["/status", "/status/live", "/status/startup"].map((path) => {
        const answer = health.ask("GET", path, undefined, {
          accept: () => null,
          request: () => new Request("http://x"),
        });
        return `${answer?.status} \`${answer?.body}\``;
      });
    const make = (
      refuseAfter: string,
    ): [ReturnType<typeof createHealth>, ReturnType<ReturnType<typeof createHealth>["resource"]>] => {
      const health = createHealth({ clock });
      return [
        health,
        health.resource("index", {
          load: () => new Promise<object>(() => {}),
          refreshEvery: "30s",
          staleAfter: "65s",
          refuseAfter,
        }),
      ];
    };
    const seen: Record<string, readonly string[]> = {};
    for (const [name, state, refuseAfter] of [
      ["NOT_LOADED", "NOT_LOADED", "65s"],
      ["LOADING", "LOADING", "65s"],
      ["READY, refreshing or not", "READY", "65s"],
      ["STALE, age at or under `refuseAfter`", "STALE", "never"],
      ["STALE, older", "STALE", "65s"],
    ] as const) {
      const [health, index] = make(refuseAfter);
      if (state !== "NOT_LOADED" && state !== "LOADING") force(index, "READY", {});
      force(index, state, {});
      seen[name] = ask(health);
    }
    for (const [name, [readiness, liveness, startup]] of Object.entries(seen))
      expect([name, ...(rows.find(([first]) => first === name)?.slice(1) ?? [])]).toEqual([
        name,
        readiness,
        liveness,
        startup,
      ]);
    const [health, index] = make("65s");
    force(index, "READY", {});
    heartbeat(health, "consumer", { within: "1s" })();
    await clock.advance(1_001);
    expect(ask(health)[1]).toBe(rows.find(([first]) => first === "a heartbeat overdue")?.[2]);
    health.drain();
    expect(ask(health)[0]).toBe(rows.find(([first]) => first === "draining")?.[1]);
    expect(README).toContain(WORDS.draining);
  });

  test("names only what the package exports, and code that compiles", async () => {
    writeFileSync(join(folder, "first.ts"), `${program}\n`);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          module: "nodenext",
          target: "es2022",
          strict: true,
          noImplicitAny: false,
          noEmit: true,
          skipLibCheck: true,
          lib: ["es2022", "esnext.disposable", "dom"],
          types: ["node"],
          typeRoots: [join(ROOT, "node_modules/@types")],
        },
        files: ["first.ts"],
      }),
    );
    await promisify(execFile)(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder]);
    const exported = Object.keys(await import("../../src/index.ts"));
    for (const name of [
      "details",
      "heartbeat",
      "borrow",
      "deprecated",
      "openapi",
      "onRequest",
      "isProbe",
      "zPages",
      "loaded",
      "unchanged",
    ]) {
      expect(README).toContain(name);
      expect(exported).toContain(name);
    }
  });
});
