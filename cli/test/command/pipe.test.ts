import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { say } from "../kit/command.ts";

const MAIN = join(import.meta.dirname, "../../dist/main.js");

describe("the built command", () => {
  test("ends without a trace when its reader closes the pipe", async () => {
    const child = spawn(process.execPath, [MAIN, "probers", "--markdown"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let said = "";
    child.stderr.on("data", (part) => (said += String(part)));
    await once(child, "close");
    expect(said).toBe("");
  });

  test.skipIf(process.platform !== "linux")(
    "watch ends without a trace when its reader has gone, even if nothing changes",
    async () => {
      const service = createServer((_, response) => response.end("I-AM-ALIVE"));
      service.listen(0, "127.0.0.1");
      await once(service, "listening");
      const address = service.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const line = `"$0" "$1" watch http://127.0.0.1:${port}/status | head -1`;
      const shell = spawn("sh", ["-c", line, process.execPath, MAIN]);
      let said = "";
      shell.stdout.on("data", (part) => (said += String(part)));
      let failed = "";
      shell.stderr.on("data", (part) => (failed += String(part)));
      await once(shell, "close");
      service.closeAllConnections();
      service.close();
      expect([said.split("\n").length, failed]).toEqual([2, ""]);
    },
  );

  test("says the same of many files in threads as of each by itself, in their order", async () => {
    const folder = mkdtempSync(join(tmpdir(), "health-state-many-"));
    const corpus = join(import.meta.dirname, "../doctor/corpus/kubernetes");
    const texts = readdirSync(corpus).map((name) => readFileSync(join(corpus, name), "utf8"));
    const files = Array.from({ length: 250 }, (_, index) => join(folder, `${index}.yaml`));
    const content = Object.fromEntries(files.map((file, index) => [file, texts[index % texts.length] ?? ""]));
    for (const [file, text] of Object.entries(content)) writeFileSync(file, text);
    const args = ["doctor", "--json", "--load-time", "2m", ...files, join(folder, "missing.yaml")];
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    expect({ code: status, out: JSON.parse(stdout), err: stderr }).toEqual(
      await say(args, content).then((said) => ({ ...said, out: JSON.parse(said.out) })),
    );
    rmSync(folder, { recursive: true });
  });

  test("knows its version", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, "--version"]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a narrow terminal", () => {
  test("gets lines that fit, where words allow it", async () => {
    const { toText } = await import("../../src/doctor/output.ts");
    const { examine } = await import("../../src/doctor/examine.ts");
    const text = "services:\n  app:\n    image: a\n    healthcheck:\n      test: curl http://127.0.0.1/x\n";
    const shown = toText([{ file: "compose.yml", silenced: 0, ...examine("compose.yml", text, {}) }], 40);
    expect(shown.split("\n").slice(1, 4)).toEqual([
      "    curl runs without -f. curl exits",
      "    with 0 on a 503, so the check always",
      "    passes.",
    ]);
  });
});
