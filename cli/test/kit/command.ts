import { runCommand } from "../../src/command/run.ts";
import type { Io } from "../../src/io/io.ts";

/** What one run of the command said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command on files that exist only here. */
export async function say(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  fetch: Io["fetch"] = () => Promise.reject(new TypeError("fetch failed")),
  write: Io["write"] = () => Promise.reject(new Error("EROFS: read-only file system")),
  more: Partial<Io> = {},
): Promise<Said> {
  let out = "";
  let err = "";
  const code = await runCommand(args, {
    read: (file) => {
      const text = files[file];
      return text === undefined
        ? Promise.reject(Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" }))
        : Promise.resolve(text);
    },
    write,
    fetch,
    out: (text) => (out += text),
    err: (text) => (err += text),
    now: () => new Date("2026-11-29T03:04:05Z"),
    pause: () => Promise.resolve(false),
    version: "0.1.0",
    ...more,
  });
  return { code, out, err };
}
