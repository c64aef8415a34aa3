// Real clients with the generated configuration, against the real library, walked through its states. What is not
// installed is named and skipped; Debian has them as haproxy varnish caddy monit apache2 prometheus-blackbox-exporter.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { configure, type ConfigOptions } from "../../src/probers/index.ts";
import { programOf, run, withFolder } from "./helper.ts";
import { freePort, settle, startClient, startTarget, type Target } from "./process.ts";

type Verdict = "up" | "down";

/** A client set up against the target: how to start it, and how to learn what it thinks. */
interface Client {
  readonly name: string;
  readonly program: string;
  readonly prober: string;
  readonly options?: ConfigOptions;
  /** Which of the prober's files is used; the first unless said. */
  readonly file?: string;
  /** Whether it asks liveness: up until the process is stopped. */
  readonly liveness?: boolean;
  /** The arguments to run it with; nothing for what runs only when asked. */
  readonly start?: (folder: string, text: string, port: number, target: Target) => readonly string[];
  readonly verdict: (port: number, target: Target, folder: string, text: string) => Promise<Verdict>;
}

const MODULES = [
  "mpm_event",
  "authz_core",
  "proxy",
  "proxy_http",
  "proxy_balancer",
  "slotmem_shm",
  "lbmethod_byrequests",
  "proxy_hcheck",
];

/** A proxy is up for whoever gets the service's answer through it. */
async function through(port: number): Promise<Verdict> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/work`, { signal: AbortSignal.timeout(1_500) });
    return response.ok && (await response.text()) === "work" ? "up" : "down";
  } catch {
    return "down";
  }
}

async function module(name: string, port: number, target: Target, path = "/status"): Promise<Verdict> {
  const query = new URLSearchParams({ module: name, target: `http://127.0.0.1:${target.port}${path}` });
  try {
    const text = await (
      await fetch(`http://127.0.0.1:${port}/probe?${query}`, { signal: AbortSignal.timeout(8_000) })
    ).text();
    return /^probe_success 1$/m.test(text) ? "up" : "down";
  } catch {
    return "down";
  }
}

function written(folder: string, name: string, text: string, mode = 0o644): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** A check by command, run as Docker and ECS run it. */
async function command(line: string | undefined): Promise<Verdict> {
  const child = spawn("/bin/sh", ["-c", line ?? "exit 1"], { stdio: "ignore" });
  const [code] = await once(child, "exit");
  return code === 0 ? "up" : "down";
}

const startHaproxy = (folder: string, text: string, port: number): readonly string[] => {
  const around = `defaults\n    mode http\n    timeout connect 1s\n    timeout client 2s\n    timeout server 2s\nfrontend in\n    bind 127.0.0.1:${port}\n    default_backend app\n`;
  return ["-db", "-f", written(folder, "haproxy.cfg", around + text)];
};

const startApache = (folder: string, text: string, port: number): readonly string[] => {
  const modules = MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`).join("");
  mkdirSync(join(folder, "logs"), { recursive: true });
  const around = `ServerName app.example.test\nServerRoot ${folder}\nDefaultRuntimeDir ${folder}\nPidFile ${folder}/pid\nErrorLog ${folder}/error.log\nListen 127.0.0.1:${port}\nMutex file:${folder} default\n`;
  return ["-DFOREGROUND", "-f", written(folder, "app.conf", modules + around + text)];
};

const startBlackbox = (folder: string, text: string, port: number): readonly string[] => [
  `--config.file=${written(folder, "blackbox.yml", text)}`,
  `--web.listen-address=127.0.0.1:${port}`,
];

const CLIENTS: readonly Client[] = [
  { name: "haproxy", program: "haproxy", prober: "haproxy", start: startHaproxy, verdict: through },
  {
    name: "haproxy, serving stale",
    program: "haproxy",
    prober: "haproxy",
    options: { serveStale: true },
    start: startHaproxy,
    verdict: through,
  },
  {
    name: "varnish",
    program: "varnishd",
    prober: "varnish",
    start: (folder, text, port) => {
      const vcl = written(folder, "default.vcl", `${text}\nsub vcl_recv { return (pass); }\n`);
      const args = `-F -j none -n ${join(folder, "work")} -a 127.0.0.1:${port} -s malloc,16m -f ${vcl}`;
      return args.split(" ");
    },
    verdict: through,
  },
  {
    name: "caddy",
    program: "caddy",
    prober: "caddy",
    start: (folder, text, port) => {
      const own = text.replace("http://app.example.test {", `http://127.0.0.1:${port} {`);
      return ["run", "--adapter", "caddyfile", "--config", written(folder, "Caddyfile", `{\n\tadmin off\n}\n${own}`)];
    },
    verdict: through,
  },
  { name: "apache", program: "apache2", prober: "apache", start: startApache, verdict: through },
  {
    name: "apache, serving stale",
    program: "apache2",
    prober: "apache",
    options: { serveStale: true },
    start: startApache,
    verdict: through,
  },
  {
    name: "blackbox exporter",
    program: "prometheus-blackbox-exporter",
    prober: "blackbox-exporter",
    start: startBlackbox,
    verdict: (port, target) => module("health_state_ready", port, target),
  },
  {
    name: "blackbox exporter, serving stale",
    program: "prometheus-blackbox-exporter",
    prober: "blackbox-exporter",
    options: { serveStale: true },
    start: startBlackbox,
    verdict: (port, target) => module("health_state_serving", port, target),
  },
  {
    name: "blackbox exporter, liveness",
    program: "prometheus-blackbox-exporter",
    prober: "blackbox-exporter",
    liveness: true,
    start: startBlackbox,
    verdict: (port, target) => module("health_state_alive", port, target, "/status/live"),
  },
  {
    name: "the command of HEALTHCHECK",
    program: "curl",
    prober: "docker",
    liveness: true,
    verdict: (_port, _target, _folder, text) => command(/^ {2}CMD (.*)$/m.exec(text)?.[1]),
  },
  {
    name: "the command of Compose",
    program: "curl",
    prober: "docker",
    file: "compose.yaml",
    verdict: (_port, _target, _folder, text) => command(/test: \["CMD-SHELL", "(.*)"\]/.exec(text)?.[1]),
  },
  {
    name: "monit",
    program: "monit",
    prober: "monit",
    start: (folder, text, _port, target) => {
      const pidfile = written(folder, "app.pid", `${target.pid}\n`);
      const own = text.replace("/run/app.pid", pidfile).replace(/"\/usr\/bin\/systemctl \w+ app"/g, '"/bin/true"');
      const around = `set pidfile ${folder}/monit.pid\nset idfile ${folder}/id\nset statefile ${folder}/state\nset httpd unixsocket ${folder}/socket allow root:root\n`;
      return ["-I", "-c", written(folder, "app.monitrc", around + own, 0o600)];
    },
    verdict: (_port, _target, folder) => {
      const { output } = run("/usr/bin/monit", ["-B", "-c", join(folder, "app.monitrc"), "summary"]);
      return Promise.resolve(/^\s*app-ready\s+(OK|Online)/m.test(output) ? "up" : "down");
    },
  },
];

const installed = CLIENTS.filter(
  ({ program }) => programOf(program).path !== undefined && existsSync("dist/adapters/node.js"),
);
const missing = CLIENTS.filter((client) => !installed.includes(client)).map(({ name }) => name);

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

test.skipIf(installed.length === 0)(
  `with the generated configuration ${installed.map(({ name }) => name).join("; ")} see every state as it is` +
    (missing.length > 0 ? ` (skipped, for they are not installed or nothing is built: ${missing.join("; ")})` : ""),
  () =>
    withFolder(async (root) => {
      const target = await startTarget();
      ends.push(target.end);
      const ports = await Promise.all(installed.map(freePort));
      const running = installed.map((client, index) => {
        const folder = join(root, String(index));
        mkdirSync(folder, { mode: 0o755 });
        chmodSync(folder, 0o777);
        const made = configure(client.prober, { port: target.port, reaction: "6s", ...client.options });
        const text = (client.file === undefined ? made[0] : made.find(({ file }) => file === client.file))?.text ?? "";
        const port = ports[index] ?? 0;
        if (client.start)
          ends.push(startClient(programOf(client.program).path ?? "", client.start(folder, text, port, target)).end);
        return { client, port, folder, text };
      });
      const verdicts = async (): Promise<Readonly<Record<string, Verdict>>> =>
        Object.fromEntries(
          await Promise.all(
            running.map(
              async ({ client, port, folder, text }) =>
                [client.name, await client.verdict(port, target, folder, text)] as const,
            ),
          ),
        );
      const expectAll = async (state: string, wanted: (client: Client) => Verdict): Promise<void> => {
        const all = Object.fromEntries(
          installed.map(
            (client) => [client.name, client.liveness === true && state !== "stopped" ? "up" : wanted(client)] as const,
          ),
        );
        expect({ state, seen: await settle(verdicts, all, 20_000) }).toEqual({ state, seen: all });
      };

      await expectAll("LOADING", () => "down");
      await target.tell("ready");
      await expectAll("READY", () => "up");
      await target.tell("stale");
      await expectAll("STALE", ({ options }) => (options?.serveStale === true ? "up" : "down"));
      await target.tell("drain");
      await expectAll("draining", () => "down");
      target.freeze();
      await expectAll("stopped", () => "down");
      for (const end of ends.splice(0).reverse()) await end();
    }),
  180_000,
);
