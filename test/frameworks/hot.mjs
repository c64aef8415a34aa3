// The state of a dev server survives an edit of the very module that made it.
import { readFile, writeFile } from "node:fs/promises";
import { ask, startServer, until } from "./server.mjs";
import { openSource } from "./source.mjs";

const SAID = "evaluated anew";

/** Runs `next dev`, edits the module that holds the state, and counts the loads. */
export async function hotReload(cwd) {
  const file = `${cwd}/rates.ts`;
  const text = await readFile(file, "utf8");
  const source = await openSource();
  source.release();
  let server;
  try {
    server = await startServer({
      cwd,
      command: (port) => [
        process.execPath,
        "node_modules/next/dist/bin/next",
        "dev",
        "-H",
        "127.0.0.1",
        "-p",
        `${port}`,
      ],
      env: { RATES_URL: source.url, NODE_ENV: "development" },
    });
    const rate = async () => (await ask(server.port, "/rates/USD"))?.status;
    await until("the first rate", async () => (await rate()) === 200);
    await writeFile(file, `${text}console.log("${SAID}");\n`);
    await until("the edited module", async () => {
      const status = await rate();
      if (status !== 200) throw new Error(`hot reload: after the edit the rate is ${status}`);
      return server.output().includes(SAID);
    });
    if (source.loads() !== 1) throw new Error(`hot reload: ${source.loads()} loads, must be 1`);
    return "next dev: the module was evaluated anew, and its singleton has loaded once";
  } finally {
    await writeFile(file, text);
    server?.kill();
    source.close();
  }
}
