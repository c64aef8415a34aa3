import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach } from "vitest";
import { ROOT } from "../repo/tree.ts";
import { until } from "../source/kit/process.ts";
import type { Runtime } from "./runtimes.ts";

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
});

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGKILL");
  await gone;
}

/** A service on a runtime, and what asks it. */
export async function startService({ program, args }: Runtime, limits: readonly string[]) {
  const child = spawn(program, [...args, join(ROOT, "test/thread/service.mjs"), ...limits], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const { own, port } = await new Promise<{ own: number; port: number }>((resolve, reject) => {
    createInterface(child.stdout).once("line", (line) => resolve(JSON.parse(line)));
    child.once("exit", () => reject(new Error("the service ended")));
  });
  const ask = async (path: string, from = port, method = "GET") => {
    // As the kubelet does: a connection for each probe.
    const headers = { connection: "close", "user-agent": "kube-probe/1.34" };
    const response = await fetch(`http://127.0.0.1:${from}${path}`, { headers, method });
    const own = [...response.headers].filter(([name]) => !["date", "connection", "keep-alive"].includes(name));
    return { status: response.status, body: await response.text(), headers: Object.fromEntries(own) };
  };
  const says = (path: string, body: string) =>
    until(`${path} says ${body}`, async () => (await ask(path)).body === body);
  const tell = async (path: string): Promise<Record<string, unknown>> => JSON.parse((await ask(path, own)).body);
  return { child, own, port, ask, says, tell, release: () => child.stdin?.write("\n") };
}
