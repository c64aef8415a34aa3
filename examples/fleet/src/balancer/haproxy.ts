import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "../process/kept.ts";
import { freePort } from "../process/port.ts";
import { until } from "../process/until.ts";
import { ask } from "./ask.ts";
import { CHECK_MS, FALL, type Balancer, type Server } from "./balancer.ts";

/** The path of HAProxy's own page. */
const PAGE = "/haproxy";

/** Starts HAProxy in front of the replicas. */
export async function startHaproxy(program: string, servers: readonly Server[]): Promise<Balancer> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "health-state-demo-"));
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, configOf(port, servers));
  const kept = startProgram(program, ["-q", "-db", "-f", file]);
  try {
    await until(
      "HAProxy answers",
      async () => (await ask(port, PAGE)).status === 200,
      () => !kept.isRunning,
    );
  } finally {
    // It reads the file once, at its start.
    await rm(folder, { recursive: true });
  }
  let up: ReadonlySet<string> = new Set();
  return {
    name: "HAProxy",
    page: `http://127.0.0.1:${port}${PAGE}`,
    ask: (path) => ask(port, path),
    async servers() {
      const { status, body } = await ask(port, `${PAGE};csv`);
      if (status === 200) up = upIn(body);
      return up;
    },
    close: () => kept.kill(),
  };
}

function configOf(port: number, servers: readonly Server[]): string {
  return `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 10s
  timeout check 5s
  # A replica that is killed loses what it was asked. Another one is asked then.
  retries 3
  option redispatch
  retry-on all-retryable-errors
frontend front
  bind 127.0.0.1:${port}
  stats enable
  stats uri ${PAGE}
  stats refresh 1s
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk
  http-check send meth GET uri /status
  http-check expect status 200
${servers.map(lineOf).join("\n")}
`;
}

function lineOf({ name, port }: Server): string {
  return `  server ${name} 127.0.0.1:${port} check inter ${CHECK_MS}ms fall ${FALL} rise 1`;
}

/** The servers that are up, from HAProxy's table: the first line names the columns. */
export function upIn(csv: string): ReadonlySet<string> {
  const [head = "", ...lines] = csv.split("\n");
  const columns = head.replace(/^# /, "").split(",");
  const at = (name: string): number => columns.indexOf(name);
  const rows = lines.map((line) => line.split(","));
  const up = rows.filter((row) => row[at("pxname")] === "replicas" && row[at("status")]?.startsWith("UP"));
  return new Set(up.map((row) => row[at("svname")] ?? "").filter((name) => name !== "BACKEND"));
}
