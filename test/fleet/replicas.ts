import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { ROOT } from "../repo/tree.ts";

/** What a replica told by IPC. */
export interface Told {
  readonly type: string;
  readonly port?: number;
  readonly from?: number;
  readonly until?: number;
  readonly alone?: boolean;
  readonly reason?: string;
}

/** One replica in a process of its own. */
export interface ReplicaProcess {
  readonly name: string;
  readonly port: number;
  readonly told: Told[];
  readonly child: ChildProcess;
  /** Its readiness: the status, and the body. `0` where nobody answers. */
  ready(): Promise<string>;
  end(): Promise<void>;
}

/** What replica.mjs is given, as JSON. */
export interface ReplicaOptions {
  readonly replica: string;
  /** The client of the store; without one there is no fleet. */
  readonly client?: string;
  readonly port?: number;
  readonly url?: string;
  /** The file whose absence is the death of the source. */
  readonly source: string;
  readonly limits: object;
  readonly options?: object;
  readonly listen?: number;
  readonly delay?: string;
  /** Where the last known good value is kept. */
  readonly folder?: string;
}

/** Starts a replica, and waits until it listens. */
export async function startReplica(options: ReplicaOptions): Promise<ReplicaProcess> {
  const child = fork(join(ROOT, "test/fleet/replica.mjs"), [JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: ["--max-old-space-size=64"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const told: Told[] = [];
  const listening = new Promise<number>((resolve, reject) => {
    // SAFETY: replica.mjs sends nothing else.
    child.on("message", (message) => {
      const one = message as Told;
      told.push(one);
      if (one.port !== undefined) resolve(one.port);
    });
    child.once("exit", () => reject(new Error(`${options.replica} ended before it listened`)));
  });
  const port = await listening;
  return {
    name: options.replica,
    port,
    told,
    child,
    ready: () => ask(port, "/status"),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** One request: the status and the body. `0 none` where nobody answers within 2 s. */
export function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, path, timeout: 2_000 }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve(`${response.statusCode} ${body}`));
      response.on("error", () => resolve("0 none"));
    });
    asked.on("error", () => resolve("0 none"));
    asked.on("timeout", () => asked.destroy());
    asked.end();
  });
}

/** The most loads that ran at the same time, of those that took turns. */
export function mostAtOnce(replicas: readonly ReplicaProcess[]): number {
  const marks = replicas
    .flatMap(({ told }) => told)
    .filter(({ type, alone }) => type === "load" && !alone)
    .flatMap(({ from = 0, until = 0 }) => [
      { at: from, by: 1 },
      { at: until, by: -1 },
    ])
    .sort((one, other) => one.at - other.at || one.by - other.by);
  let running = 0;
  let most = 0;
  for (const { by } of marks) most = Math.max(most, (running += by));
  return most;
}
