import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const CLI = join(import.meta.dirname, "../..");
const ROOT = join(CLI, "..");
const folder = mkdtempSync(join(tmpdir(), "health-state-cli-package-"));
const modules = join(folder, "node_modules");
const run = promisify(execFile);

const manifest: {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(CLI, "package.json"), "utf8"));

/** Packs a package and unpacks it as an install would. */
function install(name: string, from: string): void {
  const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], {
    cwd: from,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const tarball = packed.trim().split("\n").at(-1) ?? "";
  execFileSync("tar", ["-xzf", tarball], { cwd: folder });
  cpSync(join(folder, "package"), join(modules, name), { recursive: true });
  rmSync(join(folder, "package"), { recursive: true });
}

async function node(...args: readonly string[]): Promise<string> {
  return (await run(process.execPath, args, { cwd: folder })).stdout;
}

describe("the packed command, beside the packed library", () => {
  beforeAll(() => {
    mkdirSync(modules);
    install("health-state", ROOT);
    install("health-state-cli", CLI);
    symlinkSync(join(ROOT, "node_modules/yaml"), join(modules, "yaml"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("holds what it needs and nothing more", () => {
    const own = readdirSync(join(modules, "health-state-cli")).sort();
    expect(own).toEqual(["LICENSE", "README.md", "action", "dist", "docs", "package.json"]);
  });

  test.each(Object.keys(manifest.exports).filter((name) => name !== "./package.json"))("%s imports", async (entry) => {
    const name = `health-state-cli${entry.slice(1)}`;
    const print = `console.log(Object.keys(await import("${name}")).length)`;
    expect(Number(await node("--input-type=module", "-e", print))).toBeGreaterThan(0);
  });

  test("has a command that runs, and plays the library", async () => {
    const bin = join(modules, "health-state-cli", manifest.bin["health-state"] ?? "");
    expect(await node(bin, "config", "kubernetes", "--port", "5100")).toContain("path: /status/startup");
    expect(await node(bin, "simulate", "cold-start", "--duration", "5m")).toContain("restarts");
  });

  test("has declarations that a strict project accepts", async () => {
    const program = `
      import { configure } from "health-state-cli/probers";
      import { playScenario, toSvg } from "health-state-cli/simulate";
      export const text: string | undefined = configure("kubernetes")[0]?.text;
      export const picture: Promise<string> = playScenario("herd", { replicas: 3, duration: "5m" }).then(toSvg);
    `;
    writeFileSync(join(folder, "consumer.ts"), program);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022"];
    const lib = ["--lib", "es2022,esnext.disposable,dom", "--skipLibCheck", "false", "--types", ""];
    await node(tsc, ...strict, ...lib, "--module", "nodenext", "consumer.ts");
  });
});
