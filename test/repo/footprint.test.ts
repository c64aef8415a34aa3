import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { ROOT } from "./tree.ts";

test("ten thousand loaded resources take less than a kilobyte each", () => {
  const program = `
    const { createHealth } = await import(process.argv[1]);
    const health = createHealth();
    const options = { load: () => 1, refreshEvery: "30s" };
    const names = Array.from({ length: 10_000 }, (_, index) => "resource-" + index);
    gc();
    const before = process.memoryUsage().heapUsed;
    for (const name of names) health.resource(name, options);
    await health.whenReady();
    gc();
    console.log((process.memoryUsage().heapUsed - before) / names.length);
    await health.close();
  `;
  const entry = pathToFileURL(join(ROOT, "dist/src/index.js")).href;
  const args = ["--expose-gc", "--input-type=module", "-e", program, entry];
  expect(Number(execFileSync(process.execPath, args, { encoding: "utf8" }))).toBeLessThan(1_024);
});

test("importing the core reads two files: the list of public names, and the code", () => {
  const sourcesOf = (file: string): (string | undefined)[] =>
    [...readFileSync(join(ROOT, "dist/src", file), "utf8").matchAll(/\bfrom "([^"]+)"|\bimport\s*\(/g)].map(
      ([, source]) => source,
    );
  expect(new Set(sourcesOf("index.js"))).toEqual(new Set(["./core.js"]));
  expect(sourcesOf("core.js")).toEqual([]);
});

test("once imported nothing is read from the disk, not at the first request either", () => {
  const folder = mkdtempSync(join(tmpdir(), "health-state-footprint-"));
  cpSync(join(ROOT, "dist"), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const program = `
    const { rmSync } = await import("node:fs");
    const { createServer } = await import("node:http");
    const { createHealth, details } = await import(process.argv[1] + "/src/index.js");
    const { probes, guard } = await import(process.argv[1] + "/adapters/node.js");
    rmSync(new URL(process.argv[1]), { recursive: true });
    const health = createHealth({ details: details("always") });
    const index = health.resource("index", { load: async () => 1, refreshEvery: "30s" });
    const use = guard(index);
    const server = createServer(probes(health, (request, response) => use(request, response, () => response.end("data"))));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const ask = async (path, headers) => {
      const answer = await fetch("http://127.0.0.1:" + server.address().port + path, { headers });
      return answer.status;
    };
    const answers = [await ask("/status/live"), await index.get(), await ask("/status"), await ask("/data")];
    answers.push(await ask("/status?verbose"), await ask("/status", { accept: "application/health+json" }));
    console.log(answers.join(" "));
    server.close();
    server.closeAllConnections();
    await health.close();
  `;
  const args = ["--input-type=module", "-e", program, pathToFileURL(folder).href];
  expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe("200 1 200 200 200 200\n");
});
