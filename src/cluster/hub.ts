import { randomBytes } from "node:crypto";
import { renameSync } from "node:fs";
import { stat, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { lineSocket, type LineSocket } from "./line-socket.ts";

/** The role of a process: it holds the socket, or it is connected to the holder. */
export type Role = "holder" | "member";

/** How long a process waits after it took the socket, before it acts as the holder, in ms. */
const SETTLE_MS = 200;

/** How often the holder sends a beat and checks that it still holds the socket, in ms. */
const BEAT_MS = 1_000;

/** The callbacks of a hub. */
export interface HubListener {
  /** A message came from the holder or from a member. */
  readonly message: (message: unknown) => void;
  /** The role has changed. `undefined` means no role. */
  readonly role: (role: Role | undefined) => void;
  /** Returns the messages that a new member receives at once. */
  readonly hello: () => readonly object[];
  /** A member has left. The holder receives the last message of that member. */
  readonly left?: (last: unknown) => void;
}

/** Connects processes of a machine by a Unix socket. One process holds it, until that process ends. */
export interface Hub {
  /** The current role. `undefined` means no role. */
  readonly role: Role | undefined;
  /** The time since the last message, in ms. It is always short for the holder. */
  readonly silentMs: number;
  /** Decides the role, if there is none, and verifies it. */
  join(): Promise<Role>;
  /** Sends a message to all others. A member sends it through the holder. */
  send(message: object): void;
  close(): Promise<void>;
}

/** Creates a hub. It opens no socket before `join()`. */
export function createHub(path: string, on: HubListener): Hub {
  let role: Role | undefined;
  let held: { readonly server: Server; readonly inode: bigint } | undefined;
  let holder: LineSocket | undefined;
  const members = new Set<LineSocket>();
  let heardAt = performance.now();
  let joining: Promise<Role> | undefined;
  let isClosed = false;
  let beating: NodeJS.Timeout | undefined;

  const take = (next: Role | undefined): void => {
    if (role === next) return;
    role = next;
    heardAt = performance.now();
    on.role(next);
  };

  const rejoin = (): void => {
    take(undefined);
    // The role is decided again at once, not only at the next load.
    if (!isClosed) void join().catch(() => {});
  };

  /** Handles a message of a member, and forwards it to the other members. */
  const relay = (from: LineSocket, message: unknown): void => {
    on.message(message);
    if (typeof message === "object" && message !== null)
      for (const member of members) if (member !== from) member.send(message);
  };

  const welcome = (socket: Socket): void => {
    let last: unknown;
    const member: LineSocket = lineSocket(socket, {
      message(message) {
        last = message;
        relay(member, message);
      },
      end() {
        if (members.delete(member)) on.left?.(last);
      },
    });
    members.add(member);
    for (const message of on.hello()) member.send(message);
  };

  const become = (socket: Socket): Role => {
    const own: LineSocket = lineSocket(socket, {
      message(message) {
        heardAt = performance.now();
        on.message(message);
      },
      end() {
        // An old connection may end after a new one was made.
        if (holder !== own) return;
        holder = undefined;
        if (role === "member") rejoin();
      },
    });
    holder = own;
    take("member");
    return "member";
  };

  const stepDown = async (): Promise<void> => {
    const own = held;
    held = undefined;
    clearInterval(beating);
    for (const member of members) member.close();
    members.clear();
    await new Promise<void>((done) => (own ? own.server.close(() => done()) : done()));
  };

  const isHeld = async (): Promise<boolean> => held !== undefined && (await inodeOf(path)) === held.inode;

  /** Replaces a socket without a listener with the socket of this process. */
  const takeOver = async (): Promise<Role> => {
    const temporary = `${path}.${randomBytes(4).toString("hex")}`;
    const server = createServer(welcome);
    await new Promise<void>((done, fail) => {
      server.once("error", fail);
      // Otherwise the primary of node:cluster holds the socket. It would stay open for a while after the worker has died.
      server.listen({ path: temporary, exclusive: true }, done);
    });
    server.unref();
    const inode = await inodeOf(temporary);
    // Another process may have been faster.
    const socket = await tryConnect(path);
    if (socket || inode === undefined) {
      server.close();
      await unlink(temporary).catch(() => {});
      return socket ? become(socket) : findRole();
    }
    // No `await` may stand between the failed connection and this line. A process that is slow here would replace the
    // socket of a new holder.
    renameSync(temporary, path);
    held = { server, inode };
    await pause(SETTLE_MS);
    if (!(await isHeld())) {
      await stepDown();
      return findRole();
    }
    beating = setInterval(() => void beat(), BEAT_MS);
    beating.unref();
    take("holder");
    return "holder";
  };

  const beat = async (): Promise<void> => {
    if (await isHeld()) for (const member of members) member.send({ type: "beat" });
    else if (role === "holder") {
      await stepDown();
      rejoin();
    }
  };

  const findRole = async (): Promise<Role> => {
    const socket = await tryConnect(path);
    return socket ? become(socket) : takeOver();
  };

  const join = async (): Promise<Role> => {
    isClosed = false;
    if (role === "holder" && !(await isHeld())) {
      await stepDown();
      take(undefined);
    }
    if (role) return role;
    joining ??= findRole().finally(() => {
      joining = undefined;
    });
    return joining;
  };

  return {
    get role() {
      return role;
    },
    get silentMs() {
      return role === "member" ? performance.now() - heardAt : 0;
    },
    join,
    send(message) {
      if (role === "member") holder?.send(message);
      else for (const member of members) member.send(message);
    },
    async close() {
      isClosed = true;
      await joining?.catch(() => {});
      // This comes first, because a member takes the path over as soon as no process listens on it.
      if (await isHeld()) await unlink(path).catch(() => {});
      holder?.close();
      holder = undefined;
      await stepDown();
      take(undefined);
    },
  };
}

/** Returns a connection, or `undefined` if no process listens. */
function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (["ENOENT", "ECONNREFUSED", "ECONNRESET"].includes(error.code ?? "")) resolve(undefined);
      else reject(error);
    });
  });
}

/** Returns an id that distinguishes sockets at the same path. `undefined` if there is no socket. */
async function inodeOf(path: string): Promise<bigint | undefined> {
  return stat(path, { bigint: true }).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
