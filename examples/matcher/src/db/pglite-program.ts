/** The program of the thread that `pglite-thread.ts` starts: it owns the embedded database. */
import { parentPort, workerData } from "node:worker_threads";
import { OPENED, type Message, type Request } from "./pglite-message.ts";
import { openPglite } from "./pglite.ts";

if (!parentPort) throw new Error("this program runs in a thread");
const port = parentPort;
// SAFETY: the only thread with this program is started by pglite-thread.ts.
const { folder } = workerData as { readonly folder: string };
const tell = (message: Message): void => port.postMessage(message);

const database = await openPglite(folder);

async function rowsOf(request: Request): Promise<readonly unknown[]> {
  if (request.verb === "query") return database.query(request.sql, request.parameters);
  if (request.verb === "listen") {
    // The main thread stops hearing. The channel itself ends with the database.
    await database.onBuild((build) => tell({ build }), { signal: new AbortController().signal });
    return [];
  }
  await database.close();
  return [];
}

async function answer(request: Request): Promise<void> {
  const { id, verb } = request;
  try {
    tell({ id, rows: await rowsOf(request) });
  } catch (error) {
    tell({ id, error });
  }
  if (verb === "close") port.close();
}

port.on("message", (request: Request) => void answer(request));
tell({ id: OPENED, rows: [] });
