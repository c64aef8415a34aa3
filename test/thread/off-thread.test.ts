import { afterEach, expect, test, vi } from "vitest";
import { offThread } from "../../src/thread/index.ts";
import { testOnEveryRuntime } from "./runtimes.ts";

testOnEveryRuntime("a load in a thread", "test/thread/off-thread.mjs", 22);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const url = new URL("./build.js", import.meta.url);

test.each([
  ["a path", () => offThread("./build.js" as never), "offThread's module"],
  ["no module", () => offThread(undefined as never), "offThread's module"],
  ["a URL that nothing imports", () => offThread(new URL("ftp://a/b.js")), "offThread's module"],
  ["a view that is no function", () => offThread(url, { view: 1 as never }), "view"],
  ["a keep that is a number", () => offThread(url, { keep: 1 as never }), "keep"],
  ["no memory at all", () => offThread(url, { memory: undefined as never }), "memory"],
  ["memory that no module fits in", () => offThread(url, { memory: "1MB" }), "memory"],
  ["maxBytes that is no size", () => offThread(url, { maxBytes: "big" }), "maxBytes"],
  ["an unknown option", () => offThread(url, { veiw: 1 } as never), "veiw"],
])("%s is refused where it is handed in", (_, make, named) => {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(named);
  expect(make).toThrow(expect.objectContaining({ code: expect.stringMatching(/^HS_(INVALID|UNKNOWN)_OPTION$/) }));
});

test.each([
  ["--max-old-space-size=512", 1],
  ["--max_old_space_size 512", 1],
  ["--enable-source-maps --max-heap-size=512", 1],
  ["--max-semi-space-size=64", 0],
  ["", 0],
])("memory that Node overrides is told where it is handed in, with NODE_OPTIONS %j", (flags, times) => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.stubEnv("NODE_OPTIONS", flags);
  offThread(url);
  expect(warn).not.toHaveBeenCalled();
  offThread(url, { memory: "64MB" });
  expect(warn).toHaveBeenCalledTimes(times);
  if (times) expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^health-state: the option memory has no effect/));
});
