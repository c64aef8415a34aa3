import { describe, expect, test } from "vitest";
import { FILES, read } from "./tree.ts";

const CODE = FILES.filter((file) => /^(src|adapters|cli)\/.*\.ts$/.test(file));
const TEXT = FILES.filter((file) => !/package-lock\.json$|\.(png|jpe?g|ico|svg)$/.test(file));

/** The code of a file without its comments. */
function codeOf(file: string): string {
  return read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

describe("the tree", () => {
  test("no source is longer than one sitting", () => {
    expect(CODE.filter((file) => read(file).split("\n").length > 300)).toEqual([]);
  });

  test("no folder or file is named after nothing", () => {
    expect(
      FILES.filter(
        (file) => /(^|\/)(utils?|helpers?|common|misc)(\.|\/|$)/.test(file) && !/^examples\/matcher\/test\//.test(file),
      ),
    ).toEqual([]);
  });

  test("no registry's host and no path of a machine stands in a file", () => {
    // Put together, so that this file does not name them itself.
    const host = new RegExp(
      ["registry\\.npm" + "js", "deb\\.deb" + "ian", "/wo" + "rk/", "/fa" + "rm/", "/tmp/ba" + "sh"].join("|"),
    );
    expect(TEXT.filter((file) => host.test(read(file)))).toEqual([]);
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
