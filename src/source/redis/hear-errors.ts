import type { RedisClientLike } from "./client.ts";

// One listener for each client, however many parts share it.
const HEARD = new WeakSet<object>();

/** Adds a listener for `error` to a client, once. Without one, a lost connection would end the process. */
export function hearErrors(client: RedisClientLike): void {
  if (!HEARD.has(client)) client.on("error", ignore);
  HEARD.add(client);
}

function ignore(): void {}
