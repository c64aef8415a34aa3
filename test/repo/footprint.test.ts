import { execFileSync } from "node:child_process";
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
