import { describe, expect, test } from "vitest";
import { codeOf, FILES, read } from "./tree.ts";

const CODE = FILES.filter((file) => /^(src|adapters|cli\/src)\/.*\.ts$/.test(file));

describe("the tree", () => {
  test("no source is longer than one sitting", () => {
    expect(CODE.filter((file) => read(file).split("\n").length > 300)).toEqual([]);
  });

  test("no folder or file is named after nothing", () => {
    const empty = /(^|\/)(utils?|helpers|common|misc)(\.|\/|$)/;
    expect(FILES.filter((file) => empty.test(file))).toEqual([]);
    expect(CODE.filter((file) => file.includes("helper"))).toEqual([]);
  });

  test("no registry's host and no path of a machine stands in a file", () => {
    // In brackets, so that this file does not name them itself.
    const named = /registry\.npm[j]s|deb\.d[e]bian|\/w[o]rk\/(main|shared)|\/h[o]me\/\w+\/|\/r[o]ot\/|\/tm[p]\/\w/;
    expect(FILES.filter((file) => named.test(read(file)) && !/\.(png|jpe?g)$/.test(file))).toEqual([]);
  });

  test("a lock file says what is installed and not from where", () => {
    for (const file of FILES.filter((name) => name.endsWith("package-lock.json")))
      expect([file, read(file).match(/"resolved": "(?!\.\.?\/|cli"|examples\/|$)[^"]+"/)]).toEqual([file, null]);
  });

  test("no any, no non-null assertion, nothing switched off, nothing left open", () => {
    for (const file of CODE) {
      expect([file, codeOf(file).match(/\bas any\b|: any\b|<any>|[\w)\]]!(?=[.;,)\]])/)]).toEqual([file, null]);
      expect([file, read(file).match(/@ts-(ignore|nocheck)|(ox|es)lint-disable|\b(TODO|FIXME|XXX|HACK)\b/)]).toEqual([
        file,
        null,
      ]);
    }
  });

  test("a cast says why it holds", () => {
    for (const file of CODE) {
      const lines = read(file).split("\n");
      lines.forEach((line, index) => {
        if (!/\bas (?!const\b)[A-Z{u(n]/.test(line.replace(/\/\/.*|\/\*.*|^\s*\*.*|import .*|export .*|".*?"/g, "")))
          return;
        expect([file, index + 1, lines.slice(Math.max(0, index - 4), index + 1).join("\n")]).toEqual([
          file,
          index + 1,
          expect.stringContaining("SAFETY:"),
        ]);
      });
    }
  });
});
