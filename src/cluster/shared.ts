import { callSafely } from "../option/call-safely.ts";
import type { UsingAsyncDisposable } from "../option/disposable.ts";
import { checkFunction, toSafeText } from "../option/invalid-option.ts";
import type { LoadContext, Loader } from "../resource/loader.ts";
import { onAbort } from "../resource/on-abort.ts";
import { loaded, unchanged, type Loaded, type Unchanged } from "../resource/outcome.ts";
import { toBuildStatus, type BuildStatus } from "./build-status.ts";
import { toBuilt, type Built } from "./built.ts";
import { createHub } from "./hub.ts";
import { prepareFolder } from "./prepare-folder.ts";
import { createSharedFolder, type Pointer } from "./shared-folder.ts";
import { toSharedPlan, type SharedOptions } from "./shared-options.ts";
import { warn } from "../option/warn.ts";

/** A loader whose value one process builds and all processes read. */
export interface SharedLoader<T> extends Loader<T>, UsingAsyncDisposable {
  /** The role of this process. `alone` means that it builds the value only for itself. `undefined` before a load. */
  readonly role: "builder" | "reader" | "alone" | undefined;
  /** Leaves the group. A load that waits for the builder fails. A later load joins the group again. */
  close(): Promise<void>;
}

type Result<T> = T | Loaded<T> | Unchanged;

/** How often a waiting process checks how long the builder has been silent, in ms. */
const LOOK_MS = 250;

/**
 * Creates a loader for several processes of one machine. One process builds the value, and all others read it.
 *
 * The processes use a Unix socket in a folder. The process that holds the socket builds. When it ends, for any reason,
 * another process takes over within a second. The builder writes each value to a file. If its loader returned an
 * `asOf`, the readers use that `asOf`. If not, they use the start of the builder's load. So their age is correct. The
 * folder holds two revisions. The files have mode 0600, and the folder has mode 0700.
 *
 * If the loader returns no revision, the revision is the SHA-256 of the bytes. If the builder is silent for `timeout`,
 * or if the folder is not writable, each process builds for itself.
 *
 * It runs on Node, Bun and Deno, but not on Windows. The folder must not be on NFS or SMB.
 *
 * @param folder the same folder in all processes. Its path may have at most 78 bytes.
 * @param load any loader, for example `offThread()`
 * @throws TypeError for a wrong option, or on Windows
 * @example
 * health.resource("index", { load: shared("/run/app/index", load, { codec: json() }), refreshEvery: "30s" });
 */
export function shared<T>(folder: string, load: Loader<T>, options: SharedOptions<T>): SharedLoader<T> {
  checkFunction("load", load);
  const plan = toSharedPlan(folder, options);
  const files = createSharedFolder(plan.folder, plan.codec);
  /** The last message of the builder. */
  let status: BuildStatus | undefined;
  const waiting = new Set<() => void>();
  /** The start of the load whose value this process read or built last, in epoch ms. */
  let seenAt = -Infinity;
  /** The time at which this value was known to be correct, in epoch ms. */
  let seenAsOf: number | undefined;
  let aloneFor: string | undefined;
  let isClosed = false;
  let builds = 0;

  const wake = (): void => {
    for (const callback of waiting) callback();
  };
  const hub = createHub(plan.socket, {
    message(message) {
      status = toBuildStatus(message) ?? status;
      wake();
    },
    role(role) {
      // A process that takes over announces its value, because its next build may come much later.
      if (role === "holder") status = seenAt === -Infinity ? undefined : { type: "published" };
      else status = undefined;
      wake();
    },
    hello: () => (status ? [status] : []),
  });
  const say = (next: BuildStatus): void => {
    status = next;
    hub.send(next);
  };

  const tellAlone = (reason: string): void => {
    if (aloneFor !== undefined) return;
    aloneFor = reason;
    callSafely(() =>
      plan.onAlone ? plan.onAlone(reason) : warn(`${reason}. This process builds for itself until that changes.`),
    );
  };

  /** Writes a built value and the pointer to it. For the rejected revision without a value, nothing is written. */
  const publish = async (built: Built<T>, startedAt: number, context: LoadContext): Promise<Pointer | undefined> => {
    const stamps = { checkedAt: startedAt, asOf: built.asOf };
    const { isNew, value, revision } = built;
    if (isNew && value !== undefined) return files.write(value, revision, stamps);
    const pointer = await files.readPointer().catch(() => undefined);
    if (revision !== undefined && revision === context.rejected) return pointer;
    if (pointer && pointer.revision === context.revision) await files.stamp(pointer, stamps);
    else if (value !== undefined) return files.write(value, context.revision, stamps);
    return pointer;
  };

  const see = (checkedAt: number, asOf: number | undefined): void => {
    seenAt = checkedAt;
    seenAsOf = asOf;
  };

  const build = async (context: LoadContext): Promise<Result<T>> => {
    const startedAt = Date.now();
    const id = ++builds;
    /** An older build writes and sends nothing, because a newer build or the next builder may have a newer value. */
    const isNewest = (): boolean => id === builds && hub.role === "holder";
    say({ type: "building" });
    try {
      const result = await load(context);
      const built = await toBuilt<T>(result, context);
      const published = isNewest() ? publish(built, startedAt, context) : Promise.resolve(undefined);
      const pointer = await published.catch((error: unknown) => {
        tellAlone(`${plan.folder} cannot be written to: ${toSafeText(error)}`);
        say({ type: "unwritable" });
        return undefined;
      });
      see(startedAt, built.asOf);
      if (pointer && isNewest()) {
        aloneFor = undefined;
        say({ type: "published" });
      }
      const { isNew, value, asOf, keep } = built;
      const revision = pointer?.revision ?? built.revision;
      return isNew && value !== undefined ? loaded(value, { revision, asOf, keep }) : result;
    } catch (error) {
      if (isNewest()) say({ type: "failed", message: toSafeText(error instanceof Error ? error.message : error) });
      throw error;
    }
  };

  /** Builds for this process alone. An older value of the builder does not replace the result. */
  const buildAlone = async (context: LoadContext): Promise<Result<T>> => {
    const startedAt = Date.now();
    const result = await load(context);
    const { isNew, asOf } = await toBuilt<T>(result, context);
    if (isNew || startedAt > seenAt) see(startedAt, asOf);
    return result;
  };

  /** Reads the value of a pointer. `undefined` if it was replaced during the read. */
  const take = async (pointer: Pointer, context: LoadContext): Promise<Result<T> | undefined> => {
    const { revision, checkedAt } = pointer;
    const asOf = pointer.asOf ?? checkedAt;
    if (revision === context.rejected) return unchanged({ revision });
    if (revision === context.revision && context.previous !== undefined) {
      see(checkedAt, pointer.asOf);
      return unchanged({ asOf });
    }
    const value = await files.readValue(pointer, context.signal);
    if (value === undefined) return undefined;
    see(checkedAt, pointer.asOf);
    return loaded(value, { revision, asOf });
  };

  /** Checks once for a value. `undefined` if there is none yet. */
  const look = async (pointer: Pointer | undefined, context: LoadContext): Promise<Result<T> | undefined> => {
    const isHeld = context.previous !== undefined;
    const isRejected = pointer !== undefined && pointer.revision === context.rejected;
    const isNewer = pointer !== undefined && !isRejected && pointer.checkedAt > seenAt;
    const isIdle = status === undefined ? isHeld : status.type !== "building";
    if (pointer && ((isNewer && isHeld) || (isIdle && !isHeld))) return take(pointer, context);
    if (isIdle && status?.type === "failed") throw new Error(`the process that builds failed: ${status.message}`);
    if (!isIdle || !isHeld || !pointer) return undefined;
    // A rejected value says nothing about the age of the value in use.
    if (isRejected) return unchanged({ revision: pointer.revision });
    // This process may have built a newer value itself while the builder was silent.
    return unchanged({ asOf: pointer.checkedAt < seenAt ? (seenAsOf ?? seenAt) : (pointer.asOf ?? pointer.checkedAt) });
  };

  const checkOpen = (): void => {
    if (isClosed) throw new Error("the shared loader was closed during the load");
  };
  const join = async (): Promise<void> => {
    await prepareFolder(plan.folder);
    checkOpen();
    await hub.join();
  };

  /** Returns the value of the builder, the reason to build alone, or nothing if this process is the builder. */
  const read = async (context: LoadContext): Promise<{ result: Result<T> } | { reason: string } | undefined> => {
    for (;;) {
      checkOpen();
      if (hub.role === "holder") return undefined;
      if (status?.type === "unwritable") return { reason: `the process that builds cannot write to ${plan.folder}` };
      if (hub.silentMs > plan.silenceMs)
        return { reason: `the process that builds has said nothing for ${plan.silenceMs} ms` };
      let pointer: Pointer | undefined;
      try {
        pointer = await files.readPointer();
      } catch (error) {
        return { reason: `the pointer in ${plan.folder} cannot be used: ${toSafeText(error)}` };
      }
      const result = await look(pointer, context);
      if (result !== undefined) return { result };
      await nextChange(waiting, context.signal);
    }
  };

  const loadShared = async (context: LoadContext): Promise<Result<T>> => {
    isClosed = false;
    const refusal = await join().then(
      () => undefined,
      (error: unknown) => ({ reason: `${plan.folder} cannot be used: ${toSafeText(error)}` }),
    );
    context.signal.throwIfAborted();
    checkOpen();
    const found = refusal ?? (await read(context));
    if (!found) return build(context);
    if ("reason" in found) {
      tellAlone(found.reason);
      return buildAlone(context);
    }
    aloneFor = undefined;
    return found.result;
  };

  const close = (): Promise<void> => {
    isClosed = true;
    return hub.close();
  };
  return Object.defineProperty(
    Object.assign(loadShared, { close, [Symbol.asyncDispose]: close, role: undefined }),
    "role",
    {
      get: () => (aloneFor !== undefined ? "alone" : ROLES[hub.role ?? "none"]),
    },
  );
}

const ROLES = { holder: "builder", member: "reader", none: undefined } as const;

/** Waits for a change. It also returns after a while without a change. */
function nextChange(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      stopWatch();
      waiting.delete(end);
      resolve();
    };
    const timer = setTimeout(end, LOOK_MS);
    timer.unref();
    const stopWatch = onAbort(signal, () => {
      // The rejection must come before the clean-up, because the clean-up resolves the promise.
      reject(signal.reason instanceof Error ? signal.reason : new Error("the load was given up"));
      end();
    });
    waiting.add(end);
  });
}
