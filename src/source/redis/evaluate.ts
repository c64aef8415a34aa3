import { hexOf } from "../../option/digest.ts";
import { SourceError } from "../source-error.ts";
import type { KnownRedis, NodeRedisLike } from "./client.ts";

/** Runs a script and gives the list of byte strings that it returns. */
export type Evaluate = (script: string, keys: readonly string[], args: readonly string[]) => Promise<Uint8Array[]>;

/** The type byte of a bulk string in RESP, by which the package `redis` maps types. */
const BULK_STRING = 36;

/** Sends a script by its SHA-1, and in full to a server that does not know it yet. */
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
    // First by its own method, because with `enableAutoPipelining` the method `call` loses the name of the command.
    return (
      client[`${command}Buffer`]?.(script, keys.length, ...rest) ??
      client.callBuffer(command, script, keys.length, ...rest)
    );
  };
}

function nodeRedisSend(client: NodeRedisLike, isCluster: boolean): Send {
  // The package makes Buffers of what is mapped to Buffer. It runs only where there is one.
  const bytes: unknown = Reflect.get(globalThis, "Buffer");
  const mapped = client.withTypeMapping?.({ [BULK_STRING]: bytes });
  if (mapped)
    return (command, script, keys, args) => {
      const options = { keys: [...keys], arguments: [...args] };
      return command === "eval" ? mapped.eval(script, options) : mapped.evalSha(script, options);
    };
  // Version 4 maps no types.
  return (command, script, keys, args) => {
    const words = [command.toUpperCase(), script, String(keys.length), ...keys, ...args];
    const given = isCluster ? [keys[0], false, words, { returnBuffers: true }] : [words, { returnBuffers: true }];
    // SAFETY: version 4 takes the command as a list with `returnBuffers`, a cluster the key and the kind before it.
    return client.sendCommand(...(given as never[]));
  };
}

function listOf(reply: unknown): Uint8Array[] {
  if (Array.isArray(reply) && reply.every((part) => part instanceof Uint8Array)) return reply;
  throw new SourceError(
    "protocol",
    "Redis: the reply is no list of bytes. A client in the middle of a transaction (MULTI) cannot load.",
  );
}

async function sha1Of(script: string): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(script))));
}
