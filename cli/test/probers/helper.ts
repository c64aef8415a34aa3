import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether a program is on this machine, and why a test that needs it is skipped if not. */
export function programOf(name: string): { readonly path: string | undefined; readonly skip: string } {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  const path = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  return { path, skip: path ? "" : ` (skipped: ${name} is not installed here)` };
}

/** Runs a program to its end; its exit code and what it wrote. */
export function run(
  path: string,
  args: readonly string[],
  input = "",
): { readonly code: number | null; readonly output: string; readonly stdout: string } {
  const { status, stdout, stderr } = spawnSync(path, args, { input, encoding: "utf8", timeout: 50_000 });
  return { code: status, output: `${stdout}${stderr}`, stdout };
}

/** An empty folder that others may read, for as long as the callback runs. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "probers-"));
  chmodSync(folder, 0o755);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
