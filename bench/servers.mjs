// CPU time per request of server processes: ours beside a constant, and beside the peers.
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ask, expectSame } from "./client.mjs";
import { rounded } from "./rounds.mjs";
import { countable, cpuOf, pinSelf, startServer } from "./server.mjs";
import { quantile, row, skipped } from "./stats.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROOT = at("..");
const own = (name, ...args) => [process.execPath, at(`servers/${name}.mjs`), ...args];
const peer = (name) => [process.execPath, at(`../tools/peers/app/${name}.mjs`)];
const BUN = at("../tools/runtimes/node_modules/bun/bin/bun.exe");
const DENO = at("../tools/runtimes/node_modules/deno/deno");
const WORKERD = at("../tools/runtimes/node_modules/workerd/bin/workerd");
const RUN = ["run", "-A", "--no-check", "--no-lock", "--quiet"];
const bun = (...args) => [BUN, at("servers/bun.mjs"), ...args];
const deno = (...args) => [DENO, ...RUN, at("servers/deno.mjs"), ...args];

const READINESS = "/status";
const LIVENESS = "/status/live";
const CONSTANT = "the same server, a constant `Response`";

/** Each as its README sets it up. */
const PEERS = {
  "@godaddy/terminus": ["terminus", "/healthcheck"],
  lightship: ["lightship", "/ready"],
  "@fastify/under-pressure": ["under-pressure", "/status"],
  "fastify-healthcheck": ["fastify-healthcheck", "/health"],
  "@gquittet/graceful-server": ["graceful-server", "/ready"],
  "@nestjs/terminus": ["nest-terminus", "/health"],
  "@cloudnative/health-connect": ["health-connect", "/ready"],
  "express-healthcheck": ["express-healthcheck", "/healthcheck"],
};

/** Fresh processes of each server, for one differs from the next; and rounds with each. */
const PROCESSES = 5;
const ROUNDS = 8;

/**
 * CPU time per request of each server, and its ratio to the first one's, taken within a round.
 *
 * @param servers `{ name: { command, path } }`
 */
async function measure(servers, { times, same, also, connections = 16, processes = PROCESSES }) {
  const taken = Object.entries(servers).map(([name, server]) => ({ name, ...server, cpu: [], rate: [], ratio: [] }));
  for (let process = 0; process < rounded(processes); process++) {
    const running = [];
    try {
      for (let step = 0; step < taken.length; step++) {
        // Who is started first turns too: on a machine that does other things it is not the same.
        const n = (step + process) % taken.length;
        const { command, path } = taken[n];
        const server = await startServer(command);
        running[n] = server;
        // In request mode the first request starts the load.
        await fetch(`http://127.0.0.1:${server.port}${path}`).then((response) => response.text());
      }
      if (same)
        await expectSame(
          taken.map(({ path }, n) => ({ path, port: running[n].port })),
          also,
        );
      for (const [n, { path }] of taken.entries()) await ask(running[n].port, path, times * 2, connections);
      for (let round = 0; round < rounded(ROUNDS); round++) {
        for (let step = 0; step < taken.length; step++) {
          const n = (step + round) % taken.length;
          const { pid, port } = running[n];
          // A few first, so that opening connections is not counted as answering.
          await ask(port, taken[n].path, 64, connections);
          const before = cpuOf(pid);
          const began = performance.now();
          await ask(port, taken[n].path, times, connections);
          taken[n].rate.push((times / (performance.now() - began)) * 1_000);
          taken[n].cpu.push((cpuOf(pid) - before) / times);
        }
        for (const one of taken) one.ratio.push(one.cpu.at(-1) / taken[0].cpu.at(-1));
      }
    } finally {
      await Promise.all(running.map((server) => server?.end()));
    }
  }
  return taken;
}

const say = ({ cpu, rate }) =>
  `${(quantile(cpu, 0.5) / 1_000).toFixed(1)} µs, ${Math.round(quantile(rate, 0.5) / 1_000)} k/s`;

/** A group of servers, the first of them what the others are measured by; with `ahead`, what is measured by the others. */
const group =
  ({ id, needs, against, first, others, ahead = false, ...how }) =>
  async () => {
    if (!countable) return [skipped(id, "CPU time is counted on Linux alone")];
    if (needs && !existsSync(needs)) return [skipped(id, `${relative(ROOT, needs)} is not installed`)];
    const back = pinSelf();
    try {
      const servers = Object.fromEntries(
        Object.entries(others).map(([name, { command, path }]) => [name, { command, path }]),
      );
      const [base, ...rest] = await measure({ [against]: first, ...servers }, { times: 4_000, ...how });
      return rest.map((one) => {
        const { id: name, reach } = others[one.name];
        const [its, other] = ahead ? [base, one] : [one, base];
        const ratio = ahead ? one.ratio.map((value) => 1 / value) : one.ratio;
        return row(name, its.name, other.name, ratio, "× CPU", reach, `${say(its)} beside ${say(other)}`);
      });
    } finally {
      back();
    }
  };

const beside = (id, name, command, first, extra = {}) =>
  group({
    id,
    against: CONSTANT,
    first: { command: first, path: READINESS },
    others: { [`${name}, \`${READINESS}\``]: { id, command, path: READINESS, reach: ["<=", 1.05] } },
    same: true,
    ...extra,
  });

/** `node:http` beside a constant, on both probes that are asked most; and that constant beside itself, for the noise. */
export async function node() {
  const constant = { command: own("node-constant", READINESS), path: READINESS };
  const itself = group({
    id: "noise",
    against: "the same server once more",
    first: constant,
    others: { "a constant answer on `node:http`, to show the noise": { id: "noise", ...constant } },
    processes: 12,
  });
  const rows = await itself();
  for (const path of [READINESS, LIVENESS]) {
    const id = path === READINESS ? "node" : "node-live";
    const name = `\`node:http\` with \`health-state/node\`, \`${path}\``;
    const measured = group({
      id,
      against: "the same server, a constant with the same headers",
      first: { command: own("node-constant", path), path },
      others: { [name]: { id, command: own("node-health"), path, reach: ["<=", 1.03] } },
      same: true,
      // The limit is as narrow as one process differs from the next.
      processes: 12,
    });
    rows.push(...(await measured()));
  }
  return rows;
}

/** The same beside every peer, all of them in turns: by how much ours is ahead. */
export async function peers() {
  const name = `\`node:http\` with \`health-state/node\`, \`${READINESS}\``;
  const measured = group({
    id: "peers",
    needs: at("../tools/peers/node_modules"),
    against: name,
    first: { command: own("node-health"), path: READINESS },
    others: Object.fromEntries(
      Object.entries(PEERS).map(([peerName, [file, path]]) => [
        `${peerName}, \`${path}\``,
        { id: `peer-${file}`, command: peer(file), path, reach: ["<", 1] },
      ]),
    ),
    times: 2_500,
    ahead: true,
  });
  return measured();
}

export const hono = beside("hono", "Hono on `@hono/node-server`", own("hono-health"), own("hono-constant", READINESS));

/** Bun, and liveness as a table of routes: by functions, and held by Bun. */
export async function bunServe() {
  const live = {
    "Bun, `routes(health)`, `/status/live`": { id: "bun-routes", command: bun("routes", LIVENESS), path: LIVENESS },
    "Bun, `routes(health, { heartbeats: false })`, whose `/status/live` is a static `Response`": {
      id: "bun-static",
      command: bun("static", LIVENESS),
      path: LIVENESS,
      reach: ["<", 0.95],
    },
  };
  const shared = { needs: BUN, times: 8_000, same: true };
  const first = { command: bun("constant", LIVENESS), path: LIVENESS };
  // Bun adds an etag to what it holds. One request at a time, as a prober asks: with several, what one costs depends
  // on how many Bun finds waiting at once, and it finds more of them where a handler keeps it busy.
  const alone = { also: ["etag"], connections: 1, times: 2_000 };
  return [
    ...(await beside("bun", "`Bun.serve`", bun("health", READINESS), bun("constant", READINESS), shared)()),
    ...(await group({ id: "bun-live", against: CONSTANT, first, others: live, ...shared, ...alone })()),
  ];
}

export const denoServe = beside("deno", "`Deno.serve`", deno("health", READINESS), deno("constant", READINESS), {
  needs: DENO,
  times: 6_000,
});

export const workerd = beside(
  "workerd",
  "workerd, in request mode",
  own("workerd", WORKERD, "health"),
  own("workerd", WORKERD, "constant"),
  { needs: WORKERD, times: 3_000 },
);

/** What an application pays for being kept fresh, beside building the same by a timer of its own. */
export const background = group({
  id: "background",
  against: "without the library: `setInterval` builds the same",
  first: { command: own("application", "plain"), path: "/" },
  others: {
    "lookups while an index of 100,000 entries is rebuilt every second": {
      id: "background",
      command: own("application", "health"),
      path: "/",
      reach: ["<=", 1.01],
    },
  },
  times: 60_000,
});
