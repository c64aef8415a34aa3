import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "cli/test/**/*.test.ts", "examples/{feeds,fleet,matcher}/test/**/*.test.ts"],
    // By default one processor is left free. Many tests wait for processes, so on two processors half the time is idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    ...(process.env["CI"] && { reporters: ["default", "json"], outputFile: { json: "test-results.json" } }),
  },
});
