// The cases of fromHttp on every runtime; called by `npm run test:runtimes`.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withDeadline } from "../../../contract/deadline.mjs";
import { bundle, DATES, edgeRuntimeOf, endWorker, Missing, openWorker, RUNTIMES } from "../../../contract/places.mjs";

const run = promisify(execFile);
const HERE = "test/source/http/runtime";

/** A Worker may make some fifty requests for each that it answers. */
const AT_ONCE = 12;

/** How long all cases of one place may take. */
const PATIENCE_MS = 120_000;

/** `tell(place, name, result)` is told of each case: nothing, an error, or why it is skipped. */
export async function runHttpSources(tell, wanted) {
  const folder = await mkdtemp(join(tmpdir(), "health-state-http-"));
  try {
    const write = async (name, entry) => {
      await writeFile(join(folder, name), await bundle(entry, "esm"));
      return join(folder, name);
    };
    const { startRawServer } = await import(await write("server.mjs", "test/source/http/server.ts"));
    const { CASES } = await import(await write("cases.mjs", "test/source/http/cases.ts"));
    const script = await write("process.mjs", `${HERE}/process.mjs`);

    const places = [
      ...Object.entries(RUNTIMES).map(([runtime, { command }]) => ({
        runtime,
        async results({ base, other }) {
          const [file, ...args] = command;
          if (!file) throw new Missing(`${runtime} is not installed`);
          const { stdout } = await run(file, [...args, script, base, other, runtime], {
            timeout: PATIENCE_MS,
            maxBuffer: 2 ** 26,
          });
          return JSON.parse(/^results (.*)$/m.exec(stdout)[1]);
        },
      })),
      ...DATES.map((date) => ({ runtime: "workerd", date, open: () => openWorker(`${HERE}/worker.mjs`, date) })),
      { runtime: "edge-runtime", open: () => edgeRuntimeOf(`${HERE}/edge.mjs`) },
    ];
    for (const { runtime, date, open, results } of places) {
      const place = `${[runtime, date].filter(Boolean).join(", ")}, fromHttp`;
      if (!wanted(place)) continue;
      const server = await startRawServer(CASES);
      let opened;
      try {
        opened = await open?.();
        const judge = results ?? inWorker(opened, runtime, CASES.length);
        for (const { name, skipped, failed } of await withDeadline("the cases", PATIENCE_MS, judge(server)))
          tell(place, name, skipped ? new Missing(skipped) : failed ? new Error(failed) : undefined);
      } catch (error) {
        tell(place, "it runs", error instanceof Error ? error : new Error(String(error)));
      } finally {
        if (opened && "dispose" in opened) await endWorker(opened);
        await server.close();
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const inWorker =
  (worker, runtime, count) =>
  async ({ base, other }) => {
    const all = [];
    for (let first = 0; first < count; first += AT_ONCE) {
      const query = new URLSearchParams({ base, other, runtime, first, last: first + AT_ONCE });
      const response = await worker.dispatchFetch(`http://cases.example/?${query}`);
      all.push(...JSON.parse(await response.text()));
    }
    return all;
  };
