import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../repo/tree.ts";
import { scratch } from "./kit.ts";

interface Told {
  readonly type: string;
  readonly state: string;
  readonly outcome?: string;
  readonly result?: string;
  readonly reason?: string;
  readonly origin?: string;
  readonly generation: number;
  readonly value?: string;
  readonly isOld: boolean;
}

interface Service {
  readonly child: ChildProcess;
  /** Waits for an event. */
  until(isIt: (told: Told) => boolean): Promise<Told>;
  end(how: "drain" | "SIGKILL"): Promise<void>;
}

function start(path: string, announced: string, behindMs = 0): Service {
  const child = spawn(process.execPath, [join(ROOT, "test/store/service.mjs"), path, announced, String(behindMs)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  onTestFinished(() => void child.kill("SIGKILL"));
  const told: Told[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => void told.push(JSON.parse(line)));
  return {
    child,
    async until(isIt) {
      for (const end = Date.now() + 20_000; Date.now() < end; await sleep(10)) {
        const found = told.find(isIt);
        if (found) return found;
      }
      throw new Error(`not told: ${JSON.stringify(told)}`);
    },
    async end(how) {
      if (how === "drain") child.stdin.end();
      else child.kill("SIGKILL");
      await gone;
    },
  };
}

const isSaved = ({ type, result }: Told): boolean => type === "save" && result === "saved";
const isRestore = ({ type }: Told): boolean => type === "restore";
const endsLoad = ({ outcome }: Told): boolean => outcome !== undefined;

/** A file in which an earlier process left revision "1". */
async function savedFile(how: "drain" | "SIGKILL" = "drain", behindMs = 0): Promise<string> {
  const path = join(scratch(), "data", "index.lkg");
  const service = start(path, "1", behindMs);
  expect(await service.until(isRestore)).toMatchObject({ result: "nothing" });
  await service.until(isSaved);
  await service.end(how);
  return path;
}

test.each(["drain", "SIGKILL"] as const)(
  "after %s the next process serves the saved value with its true age, while its source hangs",
  async (how) => {
    // An hour ago, so that its age can be told from that of a value loaded now.
    const path = await savedFile(how, 3_600_000);
    const service = start(path, "hangs");
    expect(await service.until(({ type }) => type === "transition")).toEqual({
      type: "transition",
      state: "READY",
      origin: "store",
      generation: 1,
      value: "1",
      isOld: true,
    });
    await service.end("SIGKILL");
  },
  30_000,
);

test("where the source announces the saved revision, unchanged() is enough", async () => {
  const path = await savedFile();
  const service = start(path, "1");
  expect(await service.until(endsLoad)).toMatchObject({ outcome: "unchanged", origin: "source", generation: 1 });
  await service.end("drain");
}, 30_000);

test("an emptied source is refused after a restart too, and the saved value serves", async () => {
  const path = await savedFile();
  const service = start(path, "empty");
  expect(await service.until(endsLoad)).toMatchObject({ outcome: "rejected", state: "READY", value: "1" });
  await service.end("drain");
}, 30_000);

test.each([
  ["torn", (path: string) => truncateSync(path, 300)],
  ["of another form", (path: string) => writeFileSync(path, "hello", { mode: 0o600 })],
  [
    "damaged by one bit",
    (path: string) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
      writeFileSync(path, bytes);
    },
  ],
] as const)(
  "a file that is %s is ignored with a reason, and replaced by the next save",
  async (_, damage) => {
    const path = await savedFile();
    damage(path);
    const service = start(path, "2");
    const { result, reason } = await service.until(isRestore);
    expect([result, reason === undefined]).toEqual(["ignored", false]);
    await service.until(isSaved);
    await service.end("drain");
    const next = start(path, "hangs");
    expect(await next.until(isRestore)).toMatchObject({ result: "restored", value: "2" });
    await next.end("SIGKILL");
  },
  30_000,
);
