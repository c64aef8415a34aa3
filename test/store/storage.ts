import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll } from "vitest";
import type { StorageLike } from "../../src/store/kv/kv-store.ts";
import { ROOT } from "../repo/tree.ts";

/** Each storage once, and what ends it. */
const opened = new Map<string, Promise<StorageLike | string>>();
const enders: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of enders.splice(0).reverse()) await end();
});

/** A real storage of unstorage, or the reason for which there is none. */
export function open(name: string): Promise<StorageLike | string> {
  const there = opened.get(name) ?? OPENERS[name]?.() ?? Promise.resolve(`${name} is not known`);
  opened.set(name, there);
  return there;
}

/** What a package of tools/store exports; `undefined` where it is not installed. */
async function load(folder: string, name: string): Promise<Record<string, never> | undefined> {
  const home = join(ROOT, "tools", folder);
  if (!existsSync(join(home, "node_modules", name.split("/")[0] ?? ""))) return undefined;
  const path = createRequire(join(home, "package.json")).resolve(name);
  return import(pathToFileURL(path).href);
}

async function storageOf(driver: string, options: object): Promise<StorageLike | string> {
  const unstorage = await load("store", "unstorage");
  const made = await load("store", `unstorage/drivers/${driver}`);
  if (!unstorage || !made) return "unstorage is not installed: node tools/install.mjs store";
  const { createStorage } = unstorage as { createStorage?: (options: object) => StorageLike };
  const makeDriver = made["default"] as ((options: object) => object) | undefined;
  const storage = createStorage?.({ driver: makeDriver?.(options) });
  return storage ?? "unstorage has another form";
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const OPENERS: Readonly<Record<string, () => Promise<StorageLike | string>>> = {
  "unstorage in memory": () => storageOf("memory", {}),
  "unstorage on files"() {
    const base = mkdtempSync(join(tmpdir(), "hs-"));
    enders.push(() => rmSync(base, { recursive: true }));
    return storageOf("fs", { base });
  },
  async "unstorage on Redis"() {
    const port = await freePort();
    const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    const server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "ignore"] });
    const isUp = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.stdout.on("data", (text) => String(text).includes("Ready to accept") && resolve(true));
    });
    if (!isUp) return "redis-server is not installed";
    enders.push(() => server.kill());
    const storage = await storageOf("redis", { host: "127.0.0.1", port });
    if (typeof storage === "object" && "dispose" in storage) enders.push(storage.dispose as () => unknown);
    return storage;
  },
  async "unstorage on Cloudflare KV"() {
    const miniflare = (await load("runtimes", "miniflare")) as
      | { Miniflare: new (options: object) => { getKVNamespace(name: string): Promise<unknown>; dispose(): unknown } }
      | undefined;
    if (!miniflare) return "miniflare is not installed: node tools/install.mjs runtimes";
    const script = "export default { fetch() { return new Response(null) } }";
    const flare = new miniflare.Miniflare({ modules: true, script, kvNamespaces: ["STORE"] });
    enders.push(() => flare.dispose());
    return storageOf("cloudflare-kv-binding", { binding: await flare.getKVNamespace("STORE") });
  },
};
