import { randomBytes } from "node:crypto";
import cluster, { type Worker } from "node:cluster";
import { NOTHING_LOADED } from "./group.ts";
import { toSafeText } from "../option/invalid-option.ts";
import { createHub } from "./hub.ts";
import { prepareFolder } from "./prepare-folder.ts";
import { warn } from "../option/warn.ts";
import { fromWire, toWire, type WorkerMessage } from "./worker-message.ts";

/** Carries the messages between the processes of a group. */
export interface Bus {
  /** The id of this process in the group. `undefined` for a primary, because it serves no requests. */
  readonly id: string | undefined;
  /** Sends the state of this process to the others. A primary has none. */
  tell(): void;
  /** Announces that this process leaves. It sends and receives nothing afterwards. */
  close(): Promise<void>;
}

/** The callbacks of a bus. */
export interface BusListener {
  readonly message: (message: WorkerMessage) => void;
  /** Returns the state of this process at this moment. */
  readonly own: (id: string) => WorkerMessage;
  /** Returns what is known about the other processes, for a new process. A message `met` follows as the last one. */
  readonly known: () => readonly WorkerMessage[];
  /** The connection was lost or renewed. The other processes may have ended. */
  readonly renewed: () => void;
}

/** The sender of a message of the primary, which is no member of the group. */
const PRIMARY = "primary";

/** A bus on the messages of `node:cluster`. The primary forwards them. */
export function createClusterBus(on: BusListener): Bus {
  return cluster.isPrimary ? createPrimaryBus(on) : createWorkerBus(on);
}

/** The assumed state of a worker that has not sent anything yet. */
const SILENT_YET = {
  type: "beat",
  readiness: NOTHING_LOADED,
  startup: NOTHING_LOADED,
  hasStarted: false,
  isRunning: false,
} as const;

function createPrimaryBus(on: BusListener): Bus {
  const greeted = new Set<number>();
  const spread = (message: WorkerMessage, from?: Worker): void => {
    for (const worker of Object.values(cluster.workers ?? {}))
      // A worker that is about to end accepts no message. The callback receives the error.
      if (worker && worker !== from && worker.isConnected()) worker.send(toWire(message), () => {});
  };
  const greet = (worker: Worker): void => {
    for (const message of [...on.known(), { type: "met", from: PRIMARY } as const])
      worker.send(toWire(message), () => {});
  };
  /** A forked worker is part of the group before its first message. */
  const expect = ({ id }: Worker): void => {
    const message = { ...SILENT_YET, from: String(id) };
    on.message(message);
    spread(message);
  };
  const hear = (worker: Worker, given: unknown): void => {
    const message = fromWire(given);
    if (!message) return;
    if (!greeted.has(worker.id)) {
      greeted.add(worker.id);
      greet(worker);
    }
    on.message(message);
    spread(message, worker);
  };
  const miss = ({ id }: Worker): void => {
    const message = { type: "gone", from: String(id) } as const;
    greeted.delete(id);
    on.message(message);
    spread(message);
  };
  for (const worker of Object.values(cluster.workers ?? {})) if (worker) expect(worker);
  cluster.on("fork", expect);
  cluster.on("message", hear);
  cluster.on("disconnect", miss);
  cluster.on("exit", miss);
  return {
    id: undefined,
    tell: () => {},
    close() {
      cluster.off("fork", expect);
      cluster.off("message", hear);
      cluster.off("disconnect", miss);
      cluster.off("exit", miss);
      return Promise.resolve();
    },
  };
}

function createWorkerBus(on: BusListener): Bus {
  const hear = (given: unknown): void => {
    const message = fromWire(given);
    if (message) on.message(message);
  };
  process.on("message", hear);
  const id = String(cluster.worker?.id);
  const send = (message: WorkerMessage): void => {
    if (process.connected) process.send?.(toWire(message), undefined, undefined, () => {});
  };
  return {
    id,
    tell: () => send(on.own(id)),
    close() {
      send({ type: "gone", from: id });
      process.off("message", hear);
      return Promise.resolve();
    },
  };
}

/** A bus on a Unix socket, for processes that share a port without a primary. */
export function createSocketBus(folder: string, socket: string, on: BusListener): Bus {
  const id = `${process.pid}-${randomBytes(4).toString("hex")}`;
  const hub = createHub(socket, {
    message(given) {
      const message = fromWire(given);
      if (message) on.message(message);
    },
    // A lost connection must be reported at once. A new process may ask before the next role is decided.
    role: () => on.renewed(),
    hello: () => [...on.known(), on.own(id), { type: "met", from: id } as const].map(toWire),
    left(last) {
      const message = fromWire(last);
      if (!message) return;
      const gone = { type: "gone", from: message.from } as const;
      on.message(gone);
      hub.send(toWire(gone));
    },
  });
  let isClosed = false;
  let hasFailed = false;
  /** Returns whether this process is in the group now. A process that has left does not come back. */
  const join = async (): Promise<boolean> => {
    if (!isClosed) await prepareFolder(folder);
    if (isClosed) return false;
    await hub.join();
    return !isClosed;
  };
  return {
    id,
    tell() {
      // A failed join is tried again at the next beat. Until then, this process answers only for itself.
      void join().then(
        (isIn) => {
          hasFailed = false;
          // The state of now, because the join may have taken long.
          if (isIn) hub.send(toWire(on.own(id)));
        },
        (error: unknown) => {
          if (!hasFailed && !isClosed)
            warn(`workers() cannot use ${folder}: ${toSafeText(error)}. This process answers for itself.`);
          hasFailed = true;
        },
      );
    },
    async close() {
      isClosed = true;
      hub.send(toWire({ type: "gone", from: id }));
      await hub.close();
    },
  };
}
