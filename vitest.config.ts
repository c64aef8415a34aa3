import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "examples/matcher/test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    ...(process.env["CI"] && { reporters: ["default", "json"], outputFile: { json: "test-results.json" } }),
  },
});
