// The state of a dev server survives an edit of the very module that made it.
import { readFileSync, writeFileSync } from "node:fs";
import { ask, startServer, until } from "./server.mjs";
import { openSource } from "./source.mjs";

const SAID = "evaluated anew";

/**
 * A promise that a dev server keeps: the module that holds the state is edited, evaluated anew, and loads nothing.
 *
 * @param name of the module, in the example
 * @param dev the dev server, on 127.0.0.1 at a port
 */
export const hotReload = (name, dev) => async (cwd) => {
  const file = `${cwd}/${name}`;
  const text = readFileSync(file, "utf8");
  const restore = () => writeFileSync(file, text);
  process.once("exit", restore);
  const source = await openSource();
  source.release();
  let server;
  try {
    server = await startServer({ cwd, command: dev, env: { RATES_URL: source.url, NODE_ENV: "development" } });
    const rate = async () => (await ask(server.port, "/rates/USD"))?.status;
    await until("the first rate", async () => (await rate()) === 200);
    writeFileSync(file, `${text}console.log("${SAID}");\n`);
    await until("the edited module", async () => {
      const status = await rate();
      if (status !== 200) throw new Error(`after the edit the rate is ${status}`);
      return server.output().includes(SAID);
    });
    if (source.loads() !== 1) throw new Error(`${source.loads()} loads, must be 1`);
    return `hot reload: ${name} was evaluated anew, and its singleton has loaded once`;
  } catch (error) {
    throw new Error(`hot reload: ${error.message}: ${server?.output().slice(-2_000)}`);
  } finally {
    restore();
    process.off("exit", restore);
    server?.kill();
    source.close();
  }
};
