import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "cli/test/**/*.test.ts", "examples/{feeds,fleet,matcher}/test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    ...(process.env["CI"] && { reporters: ["default", "json"], outputFile: { json: "test-results.json" } }),
  },
});
