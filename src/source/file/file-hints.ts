import { watch as watchFolder } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { invalidOption } from "../../option/invalid-option.ts";
import { isSystemError } from "../../store/file/plain-file.ts";
import { SourceError } from "../source-error.ts";

/** The part of `fs.watch` that is used. */
export type Watch = (
  folder: string,
  options: { readonly persistent: boolean },
  listener: (event: string, name: string | Buffer | null) => void,
) => {
  close(): void;
  on(event: "error", listener: (error: Error) => void): unknown;
};

/** A channel of hints, as `hints()` takes it. */
export type FileSubscribe = (
  hint: () => void,
  context: { readonly signal: AbortSignal },
) => Promise<{ readonly closed: Promise<unknown> }>;

/**
 * Watches a file or a folder for changes: `hints(resource, fileHints(path))`. It watches the folder, because a watch on
 * the file itself ends at the first rename. `hints()` opens a lost watch again. Polling continues, so the service also
 * works without notifications of the system.
 *
 * @param path the file of `fromFile()`, or the folder of `fromFiles()`
 * @throws TypeError with code HS_INVALID_OPTION for a wrong path
 * @example
 * hints(rates, fileHints("/etc/rates.json"));
 */
export function fileHints(path: string): FileSubscribe {
  if (typeof path !== "string" || path === "") invalidOption("fileHints's path", path, "the path of a file or folder");
  return createFileHints(path, watchFolder);
}

/** The same with another `watch`, and another function that returns the identity of the folder. */
export function createFileHints(
  path: string,
  watch: Watch,
  identityOf: (folder: string) => Promise<string> = identityOfFolder,
): FileSubscribe {
  const place = resolve(path);
  return async (hint, { signal }) => {
    signal.throwIfAborted();
    const isFolder = await stat(place).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const folder = isFolder ? place : dirname(place);
    const name = isFolder ? undefined : basename(place);
    // The folder itself may be a link that changes.
    const identity = await identityOf(folder).catch((error: unknown) => {
      throw explain(folder, error);
    });
    return new Promise((opened, failed) => {
      const closers: (() => void)[] = [];
      const close = (): void => closers.splice(0).forEach((end) => end());
      let events = 0;
      /**
       * Checks run one after the other, because other programs may change a thousand files of the folder in a second.
       */
      const checkFolder = async (): Promise<void> => {
        if (events++ > 0) return;
        do {
          events = 1;
          if ((await identityOf(folder).catch(() => undefined)) !== identity) return close();
        } while (events > 1);
        events = 0;
      };
      const closed = new Promise<unknown>((end) => {
        try {
          const watcher = watch(folder, { persistent: false }, (_, changed) => {
            // The system may report no name. Then this file may have changed. Kubernetes replaces the link `..data`.
            if (name === undefined || changed === null || [name, "..data"].includes(String(changed))) hint();
            void checkFolder();
          });
          closers.push(
            () => watcher.close(),
            () => end(undefined),
          );
          watcher.on("error", close);
          signal.addEventListener("abort", close, { once: true });
          closers.push(() => signal.removeEventListener("abort", close));
        } catch (error) {
          failed(explain(folder, error));
        }
      });
      opened({ closed });
    });
  };
}

/** Identifies the folder at a path. A new folder may get the inode of a removed one, but has another birth time. */
async function identityOfFolder(folder: string): Promise<string> {
  const real = await realpath(folder);
  const { dev, ino, birthtimeNs } = await lstat(real, { bigint: true });
  return [real, dev, ino, birthtimeNs].join(":");
}

/** What is used up, by the code of the error. */
const EXHAUSTED: ReadonlyMap<string, string> = new Map([
  ["ENOSPC", "the system has no watches left (fs.inotify.max_user_watches)"],
  [
    "EMFILE",
    "the system has no watches left (fs.inotify.max_user_instances), or the process has too many open files (ulimit -n)",
  ],
]);

function explain(folder: string, error: unknown): Error {
  if (!isSystemError(error)) return new SourceError("unreadable", `${folder} cannot be watched`, { cause: error });
  const why = EXHAUSTED.get(error.code) ?? error.code;
  const kind = error.code === "ENOENT" ? "missing" : "unreadable";
  return new SourceError(kind, `${folder} cannot be watched: ${why}. Polling continues.`, { cause: error });
}
