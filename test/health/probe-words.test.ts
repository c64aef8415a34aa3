import { expect, test } from "vitest";
import { ProbeWords } from "../../src/health/probe-words.ts";

const createWords = (): ProbeWords => new ProbeWords((outcome) => outcome.toUpperCase());

test("the first outcome of a probe is no change, and neither is the same outcome again", () => {
  const words = createWords();
  expect([words.change("readiness", "notLoaded"), words.change("readiness", "notLoaded")]).toEqual([
    undefined,
    undefined,
  ]);
});

test("a change names the probe, the word before and the word now, each time from the last one", () => {
  const words = createWords();
  words.change("readiness", "notLoaded");
  expect(words.change("readiness", "ok")).toEqual({ type: "probe", probe: "readiness", from: "NOTLOADED", word: "OK" });
  expect(words.change("readiness", "ok")).toBe(undefined);
  expect(words.change("readiness", "stale")).toEqual({ type: "probe", probe: "readiness", from: "OK", word: "STALE" });
});

test("each probe has an outcome of its own", () => {
  const words = createWords();
  words.change("readiness", "notLoaded");
  expect(words.change("liveness", "ok")).toBe(undefined);
  expect(words.change("liveness", "wedged")).toEqual({ type: "probe", probe: "liveness", from: "OK", word: "WEDGED" });
});

test("the word for an outcome is the one that was handed in", () => {
  expect(createWords().wordOf("draining")).toBe("DRAINING");
});
