import { isAbsolute, join, resolve } from "node:path";
import { checkOptions } from "../option/check-options.ts";
import { toMs, type Duration } from "../option/duration.ts";
import { checkFunction, fail, invalidOption } from "../option/invalid-option.ts";
import { checkCodec, type Codec } from "../store/store.ts";

/** The options of `shared()`. */
export interface SharedOptions<T> {
  /** Converts the value to bytes and back: `bytes()` for large values, `json()` for small ones. */
  readonly codec: Codec<T>;
  /**
   * How long a process waits for a silent builder. After that time, the process builds the value itself. Set this
   * option higher than the longest time for which a build blocks the main thread. Set it lower than the `timeout` of
   * the resource. At least 100 ms.
   * @default "1m"
   */
  readonly timeout?: Duration;
  /**
   * The library calls this function with the reason when this process starts to build the value itself. It ignores
   * errors of the function.
   * @default the library prints the reason
   */
  readonly onAlone?: ((reason: string) => unknown) | undefined;
}

/** The options after the check. */
export interface SharedPlan<T> {
  readonly folder: string;
  readonly socket: string;
  readonly codec: Codec<T>;
  readonly silenceMs: number;
  readonly onAlone: ((reason: string) => unknown) | undefined;
}

/** The longest path of a socket that systems accept. */
const MOST_PATH_BYTES = 100;

/** The suffix of the socket name during a takeover. */
const TEMPORARY = ".12345678";

/** @throws TypeError for a wrong option, or a path that is too long for a socket */
export function toSharedPlan<T>(folder: string, options: SharedOptions<T>): SharedPlan<T> {
  const { codec, timeout = "1m", onAlone } = checkOptions("shared()", options, ["onAlone"], ["codec", "timeout"]);
  checkCodec(codec);
  if (onAlone !== undefined) checkFunction("onAlone", onAlone);
  const place = checkFolder("shared's folder", folder);
  return {
    folder: place,
    socket: socketIn("shared's folder", place, "builder"),
    codec,
    silenceMs: toMs("timeout", timeout, 100),
    onAlone,
  };
}

/** @throws TypeError if the value is not the path of a folder, or if the platform has no Unix sockets */
export function checkFolder(option: string, folder: unknown): string {
  if (typeof folder !== "string" || folder === "") invalidOption(option, folder, "the path of a folder");
  if (process.platform === "win32")
    fail("HS_WRONG_MODE", `${option} does not work on Windows, because it needs Unix sockets.`);
  return isAbsolute(folder) ? folder : resolve(folder);
}

/** @throws TypeError for a path that is too long for a socket */
export function socketIn(option: string, folder: string, name: string): string {
  const socket = join(folder, `${name}.sock`);
  const room = MOST_PATH_BYTES - Buffer.byteLength(socket.slice(folder.length) + TEMPORARY);
  if (Buffer.byteLength(folder) > room)
    invalidOption(option, folder, `a path of at most ${room} bytes, because a socket is in it`);
  return socket;
}
