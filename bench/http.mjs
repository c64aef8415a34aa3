import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { fromHttp } from "../dist/src/source/http/index.js";
import { ratios, rounded, rounds } from "./rounds.mjs";
import { row } from "./stats.mjs";

/** The CPU time that some work took, all threads, in ns: it holds still when the machine does not. */
async function cpu(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return BigInt(user + system) * 1_000n;
}

/** A poll that is answered 304, beside a bare `fetch` of the same, on a server of another process. */
export async function http() {
  const file = fileURLToPath(new URL("servers/not-modified.mjs", import.meta.url));
  const server = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(server.stdout, "data");
  const url = `http://127.0.0.1:${/port (\d+)/.exec(line)[1]}/rates`;
  const load = fromHttp(url);
  const headers = { "if-none-match": '"1"' };
  const samples = await rounds(
    {
      bare: (times) =>
        cpu(async () => {
          for (let n = 0; n < times; n++) {
            const { signal } = new AbortController();
            const response = await fetch(url, { headers, signal, cache: "no-store", redirect: "manual" });
            if (response.status !== 304) throw new Error(`the bare fetch got ${response.status}`);
            await response.arrayBuffer();
          }
        }),
      poll: (times) =>
        cpu(async () => {
          for (let n = 0; n < times; n++) {
            const { signal } = new AbortController();
            const outcome = await load({ signal, previous: {}, revision: '"1"', rejected: undefined });
            if ("value" in outcome) throw new Error("the poll was not answered 304");
          }
        }),
    },
    { count: rounded(61), times: 200 },
  );
  server.stdin.end();
  await once(server, "exit");
  return [
    row(
      "http-304",
      "a poll of `fromHttp()` answered 304",
      "a bare `fetch` of the same",
      ratios(samples, "poll", "bare"),
      "×",
      ["<=", 1.1],
    ),
  ];
}
