import { fleetStatus, type FleetStatus, type FleetStore } from "health-state/fleet";
import { failureOf } from "../fleet/failure.ts";
import { obey, warningOf, type Order } from "../fleet/order.ts";
import { toFleetTable } from "../fleet/table.ts";
import { EXIT, UsageError, type FleetIo, type Io, type OpenStore, type StoreAddress } from "../io/io.ts";

/** The options of `fleet`, as written. */
export interface FleetFlags {
  readonly redis?: string | undefined;
  readonly postgres?: string | undefined;
  readonly group?: string | undefined;
  readonly resource?: string | undefined;
  readonly watch?: boolean | undefined;
  readonly json?: boolean | undefined;
}

const VERBS = ["status", "pin", "unpin", "retry"];
/** What an address begins with. */
const ADDRESSES = {
  redis: { protocols: ["redis:", "rediss:"], example: "redis://127.0.0.1:6379" },
  postgres: { protocols: ["postgres:", "postgresql:", "socket:"], example: "postgres://127.0.0.1:5432/postgres" },
};
/** How long `--watch` waits between two looks, in ms. */
const WATCH_MS = 2_000;

/** Shows a group, or tells it which revision to hold. */
export async function runFleet(words: readonly string[], flags: FleetFlags, io: Io): Promise<number> {
  const [verb = "status", ...rest] = words;
  if (!VERBS.includes(verb))
    throw new UsageError(`fleet has no command ${JSON.stringify(verb)}. The commands are ${VERBS.join(", ")}`);
  const { group } = flags;
  if (group === undefined) throw new UsageError("fleet needs --group, the group that the service passes to fleet()");
  if (verb !== "status" && flags.watch) throw new UsageError("--watch goes with fleet status alone");
  const order = verb === "status" ? undefined : orderOf(verb, group, rest, flags);
  if (verb === "status" && rest.length > 0) throw new UsageError("fleet status takes no further word");
  const { fleet } = io;
  if (!fleet) throw new UsageError("fleet is not to be had here");
  const address = addressOf(flags, fleet);
  const once = async <R>(ask: (store: FleetStore) => Promise<R>): Promise<R> => {
    const { store, close } = await fleet.connect(address);
    try {
      return await ask(store);
    } finally {
      await close();
    }
  };
  try {
    if (order) await once((store) => carryOut(verb, order, store, { address, io }));
    else if (flags.watch) await watch(group, { flags, io, connect: () => fleet.connect(address), address });
    else show(await once((store) => fleetStatus(store, group)), flags, io);
  } catch (error) {
    throw usageErrorOf(address, error);
  }
  return EXIT.clean;
}

/** A wrong name is the caller's fault. Everything else is the store's. */
function usageErrorOf(address: StoreAddress, error: unknown, isSent = false): UsageError {
  if (error instanceof UsageError) return error;
  const isRefused = error instanceof TypeError && Reflect.get(error, "code") === "HS_INVALID_OPTION";
  return new UsageError(isRefused ? error.message.replace(/^health-state: /, "") : failureOf(address, error, isSent));
}

function show(status: FleetStatus, flags: FleetFlags, io: Io): void {
  // One line for each look, so that a program can read them as they come.
  io.out(flags.json ? `${JSON.stringify(status)}\n` : toFleetTable(status));
}

interface Watching {
  readonly flags: FleetFlags;
  readonly io: Io;
  readonly connect: () => Promise<OpenStore>;
  readonly address: StoreAddress;
}

/** Looks again and again. A store that has answered once and is gone is said once, and asked on. */
async function watch(group: string, { flags, io, connect, address }: Watching): Promise<void> {
  let connected: OpenStore | undefined;
  let hasAnswered = false;
  let isGone = false;
  const close = async (): Promise<void> => {
    const closing = connected;
    connected = undefined;
    await closing?.close();
  };
  try {
    for (;;) {
      try {
        connected ??= await connect();
        const status = await fleetStatus(connected.store, group);
        if (hasAnswered && !flags.json) io.out("\n");
        hasAnswered = true;
        isGone = false;
        show(status, flags, io);
      } catch (error) {
        if (!hasAnswered) throw error;
        if (!isGone) io.err(`health-state: ${failureOf(address, error)}\n`);
        isGone = true;
        // A client that has lost its connection may not connect again.
        await close();
      }
      if (!(await io.pause(WATCH_MS))) return;
    }
  } finally {
    await close();
  }
}

function orderOf(verb: string, group: string, rest: readonly string[], { resource }: FleetFlags): Order {
  if (resource === undefined) throw new UsageError(`fleet ${verb} needs --resource, the name of the resource`);
  const [revision, ...more] = rest;
  if (verb === "unpin") {
    if (revision !== undefined) throw new UsageError("fleet unpin accepts no revision");
    return { group, resource, revision: "" };
  }
  if (revision === undefined || more.length > 0) throw new UsageError(`fleet ${verb} needs one revision`);
  return { group, resource, revision };
}

/** Obeys an order. A name that no replica has is no failure, because a pin may come before the first replica. */
async function carryOut(verb: string, order: Order, store: FleetStore, { address, io }: Ordering): Promise<void> {
  let isSent = false;
  const told: FleetStore = {
    ...store,
    write(group, note) {
      isSent = true;
      return store.write(group, note);
    },
  };
  try {
    const warning = verb === "retry" ? undefined : warningOf(await fleetStatus(store, order.group), order);
    io.out(`${await obey(verb, order, told)}\n`);
    if (warning !== undefined) io.err(`health-state: ${warning}\n`);
  } catch (error) {
    throw usageErrorOf(address, error, isSent);
  }
}

interface Ordering {
  readonly address: StoreAddress;
  readonly io: Io;
}

/** Where the store is: as an option says, else as the environment says, because a password must not stand in a list. */
function addressOf(flags: FleetFlags, fleet: FleetIo): StoreAddress {
  const { kind, url } = givenAddress(flags, fleet);
  const { protocols, example } = ADDRESSES[kind];
  // The message does not repeat the address, because it may hold a password. A path is a socket.
  if (!url.startsWith("/") && !(URL.canParse(url) && protocols.includes(new URL(url).protocol)))
    throw new UsageError(`the address of the ${kind} store is not a URL such as ${example}`);
  return { kind, url };
}

function givenAddress({ redis, postgres }: FleetFlags, { env }: FleetIo): StoreAddress {
  if (redis !== undefined && postgres !== undefined)
    throw new UsageError("--redis and --postgres cannot be used together");
  if (redis !== undefined) return { kind: "redis", url: redis };
  if (postgres !== undefined) return { kind: "postgres", url: postgres };
  const fromRedis = env("HEALTH_STATE_REDIS");
  if (fromRedis) return { kind: "redis", url: fromRedis };
  const fromPostgres = env("HEALTH_STATE_POSTGRES");
  if (fromPostgres) return { kind: "postgres", url: fromPostgres };
  throw new UsageError(
    "fleet needs --redis, --postgres, or HEALTH_STATE_REDIS or HEALTH_STATE_POSTGRES in the environment",
  );
}
