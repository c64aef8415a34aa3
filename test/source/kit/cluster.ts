import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { missingPackages } from "./packages.ts";
import { freePort, isProgram, signalTree } from "./process.ts";

/** A PostgreSQL server of the test's own. */
export interface Cluster {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  /** Stops it; by default as an operator would: connections are cut. SIGQUIT is a crash. */
  stop(signal?: "SIGINT" | "SIGQUIT"): Promise<void>;
  /** Stops the server and every backend with SIGSTOP: sockets stay open and nobody answers. */
  freeze(): void;
  thaw(): void;
  /** Stops it, copies its data, and starts it again. */
  keep(): Promise<void>;
  /** Puts back the data that `keep()` copied, as a failover to an older copy does. It cuts connections. */
  putBack(): Promise<void>;
  /** Stops it and deletes what it held. */
  remove(): Promise<void>;
}

/** The folder with `initdb` and `postgres`, if they are installed. */
export function postgresBinaries(): string | undefined {
  const versions = "/usr/lib/postgresql";
  const installed = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, "bin")) : [];
  const folders = [...installed.sort().reverse(), ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.find((folder) => isProgram(join(folder, "initdb")) && isProgram(join(folder, "postgres")));
}

/** Why no client can reach a server here, if so. */
export const missingServer: string | undefined =
  missingPackages ?? (postgresBinaries() ? undefined : "neither initdb nor postgres is installed");

/**
 * Starts a cluster. As root, it belongs to another user: PostgreSQL refuses root.
 *
 * @param primary the cluster to follow as a hot standby
 */
export async function startCluster(binaries: string, primary?: Cluster): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "health-state-cluster-"));
  const user = process.getuid?.() === 0 ? lesserUser() : {};
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const run = (program: string, ...args: string[]): unknown =>
    execFileSync(program === "cp" ? program : join(binaries, program), args, { ...user, cwd: folder, stdio: "ignore" });
  if (primary) run("pg_basebackup", "-D", data, "-R", "-X", "stream", "-c", "fast", "-d", primary.url);
  else run("initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync");
  const port = await freePort();
  let server: ChildProcess | undefined;

  const cluster: Cluster = {
    port,
    url: `postgres://tester@127.0.0.1:${port}/postgres`,
    async start() {
      const settings = ["fsync=off", "max_connections=120", "shared_buffers=32MB", "wal_level=replica"];
      const started = spawn(
        join(binaries, "postgres"),
        ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", "", ...settings.flatMap((one) => ["-c", one])],
        { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
      );
      server = started;
      await new Promise<void>((resolve, reject) => {
        let log = "";
        started.stderr?.on("data", (chunk: Buffer) => {
          log += chunk.toString();
          if (/ready to accept (read-only )?connections/.test(log)) resolve();
        });
        started.once("exit", () => reject(new Error(`postgres ended: ${log}`)));
      });
    },
    async stop(signal = "SIGINT") {
      const stopping = server;
      server = undefined;
      if (!stopping || stopping.exitCode !== null) return;
      const gone = once(stopping, "exit");
      stopping.kill(signal);
      await gone;
    },
    freeze: () => signalTree(server?.pid ?? 0, "SIGSTOP"),
    thaw: () => signalTree(server?.pid ?? 0, "SIGCONT"),
    async keep() {
      await cluster.stop();
      run("cp", "-a", data, `${data}.kept`);
      await cluster.start();
    },
    async putBack() {
      await cluster.stop("SIGQUIT");
      rmSync(data, { recursive: true, force: true });
      run("cp", "-a", `${data}.kept`, data);
      await cluster.start();
    },
    async remove() {
      if (server?.exitCode === null) cluster.thaw();
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await cluster.start();
  return cluster;
}

/** The user that a server belongs to if the test runs as root. */
export function lesserUser(): { uid?: number; gid?: number } {
  const lines = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const entry = lines.find(([name]) => name === "postgres") ?? lines.find(([name]) => name === "nobody");
  return entry ? { uid: Number(entry[2]), gid: Number(entry[3]) } : {};
}
