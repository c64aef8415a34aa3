import { expect, test } from "vitest";
import { registryOf, store } from "../../src/health/registry-of.ts";
import { createHealth } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { refused } from "../kit/refused.ts";

const EVERYTHING: object = new Proxy({}, { get: (target) => target });

test("the registry of a health is the one that was stored in it, and nobody sees it", () => {
  const health = createHealth({ clock: createVirtualClock() });
  const other = {};
  const registry = registryOf(health);
  store(other, { registry });
  expect([registryOf(other), Object.getOwnPropertyNames(other), { ...other }]).toEqual([registry, [], {}]);
  expect(registry.phase).toBe("idle");
});

test.each([
  ["nothing", undefined, "undefined"],
  ["another object", {}, "an object"],
  ["a Proxy that has every property", EVERYTHING, "an object"],
])("%s is no health", (_, given, said) => {
  expect(() => registryOf(given)).toThrow(
    refused(`health-state: health is ${said}. Pass what createHealth() returned.`, "HS_INVALID_OPTION"),
  );
});
