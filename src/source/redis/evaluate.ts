import { hexOf } from "../../option/digest.ts";
import { SourceError } from "../source-error.ts";
import type { KnownRedis, NodeRedisLike } from "./client.ts";

/** Runs a script and returns its result, a list of byte strings. */
export type Evaluate = (script: string, keys: readonly string[], args: readonly string[]) => Promise<Uint8Array[]>;

/** The type byte of a bulk string in RESP. The package `redis` uses it as the key of a type mapping. */
const BULK_STRING = 36;

/** Sends only the SHA-1 of a script. If the server does not know the script yet, sends its text. */
export function evaluateWith(known: KnownRedis): Evaluate {
  const send = known.kind === "ioredis" ? ioredisSend(known.client) : nodeRedisSend(known.client, known.isCluster);
  let sha1: Promise<string> | undefined;
  return async (script, keys, args) => {
    const sha = await (sha1 ??= sha1Of(script));
    try {
      return listOf(await send("evalsha", sha, keys, args));
    } catch (error) {
      if (!/^NOSCRIPT/.test(error instanceof Error ? error.message : "")) throw error;
      return listOf(await send("eval", script, keys, args));
    }
  };
}

type Send = (
  command: "eval" | "evalsha",
  script: string,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>;

function ioredisSend(client: Extract<KnownRedis, { kind: "ioredis" }>["client"]): Send {
  return (command, script, keys, args) => {
    const rest = [...keys, ...args];
    // The method of the command comes first. With `enableAutoPipelining`, `call` would lose the name of the command.
    return (
      client[`${command}Buffer`]?.(script, keys.length, ...rest) ??
      client.callBuffer(command, script, keys.length, ...rest)
    );
  };
}

function nodeRedisSend(client: NodeRedisLike, isCluster: boolean): Send {
  // The package converts a mapped type to a Buffer. Every runtime of the package has Buffer.
  const bytes: unknown = Reflect.get(globalThis, "Buffer");
  const mapped = client.withTypeMapping?.({ [BULK_STRING]: bytes });
  if (mapped)
    return (command, script, keys, args) => {
      const options = { keys: [...keys], arguments: [...args] };
      return command === "eval" ? mapped.eval(script, options) : mapped.evalSha(script, options);
    };
  // Version 4 has no type mapping.
  return (command, script, keys, args) => {
    const words = [command.toUpperCase(), script, String(keys.length), ...keys, ...args];
    const given = isCluster ? [keys[0], false, words, { returnBuffers: true }] : [words, { returnBuffers: true }];
    // SAFETY: version 4 accepts the command as a list, and `returnBuffers`. A cluster needs two more arguments in
    // front: the key, and whether the command only reads.
    return client.sendCommand(...(given as never[]));
  };
}

function listOf(reply: unknown): Uint8Array[] {
  if (Array.isArray(reply) && reply.every((part) => part instanceof Uint8Array)) return reply;
  throw new SourceError(
    "protocol",
    "Redis: the reply is not a list of bytes. A client in the middle of a transaction (MULTI) cannot load.",
  );
}

async function sha1Of(script: string): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(script))));
}
