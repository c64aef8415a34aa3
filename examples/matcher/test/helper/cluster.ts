import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A PostgreSQL server of the test's own. */
export interface Cluster {
  readonly url: string;
  start(): Promise<void>;
  /** Stops it as an operator would: connections are cut. */
  stop(): Promise<void>;
  /** Stops it and deletes what it held. */
  remove(): Promise<void>;
}

/** The folder with `initdb` and `postgres`, if they are installed. */
export function postgresBinaries(): string | undefined {
  const versions = "/usr/lib/postgresql";
  const installed = isThere(versions) ? readdirSync(versions).map((version) => join(versions, version, "bin")) : [];
  const folders = [...installed.sort().reverse(), ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.find((folder) => isThere(join(folder, "initdb")) && isThere(join(folder, "postgres")));
}

/** Makes a cluster, not yet started. As root, it belongs to another user: PostgreSQL refuses root. */
export async function createCluster(binaries: string): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "matcher-cluster-"));
  const user = process.getuid?.() === 0 ? lesserUser() : {};
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  execFileSync(join(binaries, "initdb"), ["-D", data, "-U", "matcher", "-A", "trust", "-E", "UTF8", "--no-sync"], {
    ...user,
    cwd: folder,
    stdio: "ignore",
  });
  const port = await freePort();
  let server: ChildProcess | undefined;

  const cluster: Cluster = {
    url: `postgres://matcher@127.0.0.1:${port}/postgres`,
    async start() {
      const started = spawn(
        join(binaries, "postgres"),
        ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off", "-c", "max_connections=20"],
        { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
      );
      server = started;
      await new Promise<void>((resolve, reject) => {
        let log = "";
        started.stderr?.on("data", (chunk: Buffer) => {
          log += chunk.toString();
          if (log.includes("ready to accept connections")) resolve();
        });
        started.once("exit", () => reject(new Error(`postgres ended: ${log}`)));
      });
    },
    async stop() {
      const stopping = server;
      server = undefined;
      if (!stopping || stopping.exitCode !== null) return;
      const gone = once(stopping, "exit");
      stopping.kill("SIGINT");
      await gone;
    },
    async remove() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return cluster;
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function lesserUser(): { uid?: number; gid?: number } {
  const lines = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const entry = lines.find(([name]) => name === "postgres") ?? lines.find(([name]) => name === "nobody");
  return entry ? { uid: Number(entry[2]), gid: Number(entry[3]) } : {};
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
