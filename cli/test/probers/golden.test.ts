import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configure, PROBERS, toMarkdown, type ConfigOptions } from "../../src/probers/index.ts";

/** Three services: nothing said, everything said, and one that reacts fast and loads long. */
const SERVICES: Readonly<Record<string, ConfigOptions>> = {
  default: {},
  stale: { port: 5100, base: "/ops", loadTime: "2m", reaction: "60s", drain: "20s", serveStale: true },
  tight: { loadTime: "3m", reaction: "12s", drain: "0s" },
};

describe.each(PROBERS.map((prober) => prober.name))("%s", (name) => {
  test.each(Object.entries(SERVICES))(
    "writes what the golden file says for the service %s",
    async (service, options) => {
      for (const { file, text } of configure(name, options))
        await expect(text).toMatchFileSnapshot(`golden/${service}/${name}/${file}`);
    },
  );
});

test("cli/docs/probers.md is what the descriptions say (npm run probers:doc)", () => {
  expect(readFileSync(join(import.meta.dirname, "../../docs/probers.md"), "utf8")).toBe(toMarkdown());
});
