import { expect, test } from "vitest";
import { offThread } from "../../src/thread/index.ts";
import { testOnEveryRuntime } from "./runtimes.ts";

testOnEveryRuntime("a load in a thread", "test/thread/off-thread.mjs", 22);

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
