import { invalidOption, propertyOf } from "../../option/invalid-option.ts";
import { passOn, type Hint, type HintChannel, type HintContext, type OpenHintChannel } from "../hint-channel.ts";
import { SourceError } from "../source-error.ts";
import { untilAborted } from "../turn.ts";
import {
  knownClient,
  type PgliteLike,
  type PgPoolLike,
  type PostgresClientLike,
  type PostgresJsLike,
} from "./client.ts";
import { connectionOf, giveBack, hearErrors } from "./pg-pool.ts";
import { proveDelivery } from "./prove-delivery.ts";

/** LISTEN would shorten a longer name, and NOTIFY would reject it. */
const MOST_NAME_BYTES = 63;

/**
 * Opens a channel for `hints()` with LISTEN. With `pg`, it keeps one connection of the pool. With `postgres`, it uses
 * the client's own connection for listening. The payload of NOTIFY, if there is one, is the new revision. Through
 * PgBouncer in transaction mode, or on a standby, the channel does not open, because LISTEN has no effect there.
 *
 * @param channel the name that NOTIFY uses. It is case-sensitive and has at most 63 bytes.
 * @throws TypeError with code HS_INVALID_OPTION for a wrong client or name, and for a `pg.Pool` with `max: 1`
 * @example
 * hints(index, postgresHints(pool, "index"));
 */
export function postgresHints(client: PostgresClientLike, channel: string): OpenHintChannel {
  const known = knownClient("postgresHints()", client);
  if (typeof channel !== "string" || channel === "" || new TextEncoder().encode(channel).length > MOST_NAME_BYTES)
    invalidOption("channel", channel, `a name of 1 to ${MOST_NAME_BYTES} bytes`);
  switch (known.kind) {
    case "pg":
      if (propertyOf(propertyOf(known.pool, "options"), "max") === 1)
        invalidOption("the client", client, "a pg.Pool with max of 2 or more, because LISTEN keeps one connection");
      hearErrors(known.pool);
      return (hint, context) => listenWithPool(known.pool, channel, hint, context);
    case "postgres.js":
      return (hint, context) => listenWithPostgresJs(known.sql, channel, hint, context);
    case "pglite":
      return (hint, context) => listenWithPglite(known.pglite, channel, hint, context);
    default:
      return invalidOption("the client", client, "a pg.Pool, the result of postgres(), or a PGlite");
  }
}

async function listenWithPool(
  pool: PgPoolLike,
  channel: string,
  hint: Hint,
  { signal }: HintContext,
): Promise<HintChannel> {
  const connecting = connectionOf(pool);
  const connection = await untilAborted(signal, connecting).catch((error: unknown) => {
    // The channel was given up. If the connection opens later, it is destroyed.
    connecting.then((late) => late.release(true), ignore);
    throw error;
  });
  let released = false;
  const release = (): void => {
    if (released) return;
    released = true;
    signal.removeEventListener("abort", release);
    // The connection is destroyed, because it still LISTENs and must not return to the pool.
    connection.release(true);
  };
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      resolve();
      release();
    };
    connection.on("end", end);
    connection.on("error", end);
  });
  signal.addEventListener("abort", release, { once: true });
  try {
    const hear = passOn(hint, signal);
    const proof = `proof_${randomName()}`;
    const proven = new Promise<void>((resolve) => {
      connection.on("notification", (message) => {
        if (message.channel === channel) hear(message.payload);
        else if (message.channel === proof) resolve();
      });
    });
    await connection.query({ text: `LISTEN ${quoted(channel)}; LISTEN ${proof}` });
    await untilAborted(
      signal,
      proveDelivery(() => notifyWithPool(pool, proof), Promise.race([proven, closed])),
    );
    signal.throwIfAborted();
    if (released) throw new SourceError("network", "the connection was lost while the channel opened");
  } catch (error) {
    release();
    throw error;
  }
  return { closed, echo: () => connection.query({ text: "SELECT 1" }) };
}

async function notifyWithPool(pool: PgPoolLike, channel: string): Promise<void> {
  const connection = await connectionOf(pool);
  try {
    await connection.query({ text: `NOTIFY ${channel}` });
    giveBack(connection);
  } catch (error) {
    connection.release(true);
    throw error;
  }
}

async function listenWithPostgresJs(
  sql: PostgresJsLike,
  channel: string,
  hint: Hint,
  { signal }: HintContext,
): Promise<HintChannel> {
  const hear = passOn(hint, signal);
  let isFirst = true;
  const listening = sql.listen(channel, hear, () => {
    // The client reconnects itself. Messages that were sent meanwhile are lost, so the new connection is a hint.
    if (!isFirst) hear(undefined);
    isFirst = false;
  });
  const stop = (): void => void listening.then(({ unlisten }) => unlisten()).catch(ignore);
  const answers = new Map<string, () => void>();
  // The test message uses a channel with a random name, on the same connection as the hints.
  const echoChannel = `echo_${randomName()}`;
  const echoing = listening.then(() => sql.listen(echoChannel, (payload) => answers.get(payload)?.()));
  const stopEcho = (): void => void echoing.then(({ unlisten }) => unlisten()).catch(ignore);
  const send = (word: string): PromiseLike<unknown> => sql.notify(echoChannel, word);
  const answerTo = (word: string): Promise<void> => new Promise((resolve) => answers.set(word, resolve));
  try {
    await untilAborted(signal, echoing);
    const answered = answerTo("");
    await untilAborted(
      signal,
      proveDelivery(() => send(""), answered),
    );
  } catch (error) {
    stop();
    stopEcho();
    throw error;
  }
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      stop();
      stopEcho();
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
  });
  const echo = async (): Promise<void> => {
    const word = randomName();
    const answered = answerTo(word);
    try {
      await send(word);
      await answered;
    } finally {
      answers.delete(word);
    }
  };
  return { closed, echo };
}

async function listenWithPglite(
  pglite: PgliteLike,
  channel: string,
  hint: Hint,
  { signal }: HintContext,
): Promise<HintChannel> {
  const listening = pglite.listen(quoted(channel), passOn(hint, signal));
  const stop = (): void => void listening.then((unlisten) => unlisten()).catch(ignore);
  try {
    await untilAborted(signal, listening);
  } catch (error) {
    stop();
    throw error;
  }
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      stop();
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
  });
  return { closed, echo: () => pglite.query("SELECT 1") };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function randomName(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

function ignore(): void {}
