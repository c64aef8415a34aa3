// node servers/workerd.mjs BINARY constant|health: bundles the worker and starts workerd beside it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [binary, kind] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "bench-workerd-"));
await build({
  entryPoints: [fileURLToPath(new URL(`worker-${kind}.mjs`, import.meta.url))],
  bundle: true,
  format: "esm",
  outfile: join(folder, "worker.mjs"),
});
writeFileSync(
  join(folder, "config.capnp"),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "worker", esModule = embed "worker.mjs")], compatibilityDate = "2026-04-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);`,
);
const child = spawn(binary, ["serve", join(folder, "config.capnp"), "--control-fd=3"], {
  stdio: ["ignore", "ignore", "inherit", "pipe"],
});
child.stdio[3].on("data", (chunk) => {
  const port = /"event":"listen".*"port":(\d+)/.exec(chunk)?.[1];
  if (port) console.log(`pid ${child.pid}\nport ${port}`);
});
const end = () => {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  process.exit();
};
process.stdin.on("end", end).resume();
setTimeout(end, 20 * 60_000);
