import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Database, Parameter } from "./database.ts";
import { OPENED, type Message, type Request } from "./pglite-message.ts";

/** A request without its number. */
type Verb = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

/**
 * The embedded database in a thread of its own. It holds its thread for seconds while it creates its files, and no probe
 * waits for that.
 *
 * @param folder where the data lives
 */
export async function openPgliteThread(folder: string): Promise<Database> {
  const thread = new Worker(new URL("./pglite-program.js", import.meta.url), { workerData: { folder } });
  const waiting = new Map<number, { resolve: (rows: never) => void; reject: (error: unknown) => void }>();
  const hints = new Set<(build?: string) => void>();
  let lastId = OPENED;
  let ended: Error | undefined;

  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  const exited = once(thread, "exit").catch(() => undefined);
  thread.on("error", end);
  thread.on("exit", () => end(new Error("the embedded database is closed")));
  thread.on("message", (message: Message) => {
    if ("build" in message) {
      for (const hint of hints) hint(message.build);
      return;
    }
    const request = waiting.get(message.id);
    waiting.delete(message.id);
    // SAFETY: the caller of query() names the rows, next to the SQL.
    if ("rows" in message) request?.resolve(message.rows as never);
    else request?.reject(message.error);
  });

  const answerTo = <Row>(id: number): Promise<readonly Row[]> =>
    new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  const ask = async <Row>(verb: Verb): Promise<readonly Row[]> => {
    if (ended) throw ended;
    const id = ++lastId;
    thread.postMessage({ id, ...verb });
    return answerTo<Row>(id);
  };

  await answerTo(OPENED);
  return {
    query: <Row>(sql: string, parameters: readonly Parameter[] = []) => ask<Row>({ verb: "query", sql, parameters }),
    async onBuild(hint, { signal }) {
      hints.add(hint);
      signal.addEventListener("abort", () => hints.delete(hint), { once: true });
      await ask({ verb: "listen" });
      return { closed: exited };
    },
    async close() {
      if (!ended) await ask({ verb: "close" }).catch(() => {});
      await exited;
    },
  };
}
