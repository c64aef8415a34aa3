import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf } from "../../../test/repo/tree.ts";

const CLI = join(import.meta.dirname, "../..");

/** Each folder of the sources, lowest first, and the folders that it may import from beside itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  io: [],
  option: [],
  kubelet: [],
  "probers/model": ["option"],
  "probers/client": ["probers/model"],
  probers: ["probers/client", "probers/model", "option"],
  "simulate/model": ["probers/client", "probers/model"],
  "simulate/world": ["simulate/model"],
  "simulate/traffic": ["simulate/model"],
  "simulate/checks": ["simulate/model", "kubelet", "probers/client", "probers/model"],
  "simulate/replica": ["simulate/checks", "simulate/traffic", "simulate/world", "simulate/model", "kubelet"],
  "simulate/run": ["simulate/replica", "simulate/traffic", "simulate/model"],
  "simulate/scenario": ["simulate/run", "simulate/model", "probers/model", "option"],
  "simulate/report": ["simulate/scenario", "simulate/run", "simulate/model"],
  simulate: ["simulate/report", "simulate/scenario", "simulate/run", "simulate/model", "probers/model"],
  "doctor/model": ["io"],
  "doctor/rule": ["doctor/model", "probers"],
  "doctor/format": ["doctor/rule", "doctor/model", "probers"],
  doctor: ["doctor/format", "doctor/rule", "doctor/model", "io"],
  "rehearse/model": ["simulate"],
  "rehearse/read": [
    "rehearse/model",
    "doctor/format",
    "doctor/rule",
    "doctor/model",
    "probers/client",
    "simulate",
    "io",
  ],
  "rehearse/play": ["rehearse/model", "doctor/rule", "simulate"],
  "rehearse/report": ["rehearse/play", "rehearse/model", "simulate"],
  rehearse: ["rehearse/report", "rehearse/play", "rehearse/read", "rehearse/model"],
  watch: ["io"],
  command: ["rehearse", "doctor", "doctor/model", "simulate", "probers", "watch", "fleet", "io"],
  fleet: ["io", "option"],
  "": ["command", "doctor", "simulate", "fleet", "io"],
};

const SOURCES = readdirSync(join(CLI, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll(sep, "/"))
  .sort();

function folderOf(file: string): string {
  const folder = dirname(file);
  return folder === "." ? "" : folder;
}

/** What a source imports: files of its own package, relative to `src`, and packages. */
function targetsOf(file: string): { readonly files: readonly string[]; readonly packages: readonly string[] } {
  const from = importsOf(`cli/src/${file}`);
  return {
    files: from.filter((name) => name.startsWith(".")).map((name) => normalize(join(dirname(file), name))),
    packages: from.filter((name) => !name.startsWith(".")),
  };
}

describe("the folders of the command", () => {
  test("all have a place in the ladder", () => {
    expect(new Set(SOURCES.map(folderOf))).toEqual(new Set(Object.keys(LAYERS)));
  });

  test.each(SOURCES)("%s imports from the folders below it alone", (file) => {
    const allowed = [folderOf(file), ...(LAYERS[folderOf(file)] ?? [])];
    expect(targetsOf(file).files.filter((target) => !allowed.includes(folderOf(target)))).toEqual([]);
  });

  test("import no file in a circle, types included", () => {
    const done = new Set<string>();
    const circleFrom = (file: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return undefined;
      for (const target of targetsOf(file).files) {
        const circle = circleFrom(target, [...path, file]);
        if (circle) return circle;
      }
      done.add(file);
      return undefined;
    };
    for (const file of SOURCES) expect([file, circleFrom(file, [])]).toEqual([file, undefined]);
  });

  test("see the published library, the packages of the manifest and Node, and nothing else", () => {
    const { dependencies } = JSON.parse(readFileSync(join(CLI, "package.json"), "utf8"));
    const known = (name: string): boolean =>
      name.startsWith("node:") || Object.keys(dependencies).some((own) => name === own || name.startsWith(`${own}/`));
    for (const file of SOURCES)
      expect([file, targetsOf(file).packages.filter((name) => !known(name))]).toEqual([file, []]);
  });

  test("are files that one reads in one sitting", () => {
    const lines = (file: string): number => readFileSync(join(CLI, "src", file), "utf8").split("\n").length;
    expect(SOURCES.filter((file) => lines(file) > 250)).toEqual([]);
  });
});

test("the command depends on exactly the library that it is published beside", () => {
  const read = (path: string): { version: string; dependencies?: Record<string, string> } =>
    JSON.parse(readFileSync(join(CLI, path), "utf8"));
  expect(read("package.json").dependencies?.["health-state"]).toBe(read("../package.json").version);
});
