import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createHealth } from "../../src/index.ts";
import { DURATION_BOUNDS, GAUGES, LOAD_DURATION, LOADS, SLOW_LOADS } from "../../src/observe/metric.ts";
import { collect } from "../../src/prometheus/index.ts";
import { prometheusName } from "../../src/prometheus/metric.ts";
import { read, ROOT } from "../repo/tree.ts";
import { load, missing } from "../seeing/kit.ts";
import type { PromClient } from "../seeing/shape.ts";

const find = (name: string): string | undefined => [`/usr/bin/${name}`, `/usr/local/bin/${name}`].find(existsSync);
const promtool = find("promtool");
const prometheus = find("prometheus");
if (!promtool || !prometheus)
  console.log("skipped with a real Prometheus: Debian's package prometheus is not installed");

const RULES = join(ROOT, "docs/dashboards/alerts.yml");
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly summary: string; readonly description: string };
    }[];
  }[];
}
const rules = (parse(read("docs/dashboards/alerts.yml")) as Rules).groups.flatMap((group) => group.rules);

const NAMES = [
  ...Object.values(GAUGES).map((fact) => prometheusName(fact, "gauge")),
  prometheusName(LOADS, "counter"),
  prometheusName(SLOW_LOADS, "counter"),
  prometheusName(LOAD_DURATION, "histogram"),
];

/** Every name of a metric of ours in a text. */
function namesIn(text: string): readonly string[] {
  return [...new Set(text.match(/\bhealth_state_[a-z_]+/g) ?? [])].map((name) =>
    name.replace(/_(bucket|sum|count)$/, ""),
  );
}

describe("what the package ships for Prometheus and Grafana", () => {
  test("names only metrics that there are, and the page names all of them", () => {
    const grafana = read("docs/dashboards/grafana.json");
    for (const text of [read("docs/dashboards/alerts.yml"), grafana])
      expect(namesIn(text).filter((name) => !NAMES.includes(name))).toEqual([]);
    expect(namesIn(grafana).length).toBeGreaterThan(8);
    const page = read("docs/guide/metrics.md");
    for (const fact of [...Object.values(GAUGES), LOADS, SLOW_LOADS, LOAD_DURATION])
      expect(page).toContain(`| \`health_state.${fact.name}\` | ${fact.unit} |`);
    for (const name of NAMES) expect(page).toContain(`| \`${name}\` |`);
    expect(DURATION_BOUNDS.every((bound, n) => n === 0 || bound > (DURATION_BOUNDS[n - 1] ?? 0))).toBe(true);
  });

  test("each alert stands in the page, and says what it is about and what to do", () => {
    const page = read("docs/guide/metrics.md");
    expect(rules.map(({ alert }) => alert).filter((alert) => !page.includes(`| \`${alert}\` |`))).toEqual([]);
    for (const { annotations } of rules) {
      expect(annotations.summary).toMatch(/\{\{/);
      expect(annotations.description).toMatch(/^[A-Z].{60,}\.$/s);
    }
  });

  test("every panel of the dashboard has a question, a description and the chosen source", () => {
    interface Panel {
      readonly title: string;
      readonly description?: string;
      readonly datasource: { readonly uid: string };
      readonly targets: readonly { readonly expr: string }[];
    }
    const { panels } = JSON.parse(read("docs/dashboards/grafana.json")) as { readonly panels: readonly Panel[] };
    expect(panels.length).toBeGreaterThan(6);
    for (const { title, description, datasource, targets } of panels)
      expect([title, targets.length > 0, (description ?? "").length > 20, datasource.uid]).toEqual([
        title,
        true,
        true,
        "${datasource}",
      ]);
  });
});

describe.skipIf(promtool === undefined)("the alert rules, evaluated by promtool", () => {
  const folder = mkdtempSync(join(tmpdir(), "health-state-rules-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("the dashboard has what Grafana 11 asks for: a schema, panels with numbers of their own, queries that parse", () => {
    interface Dashboard {
      readonly schemaVersion: number;
      readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
      readonly panels: readonly {
        readonly id: number;
        readonly gridPos: { readonly x: number; readonly w: number };
        readonly targets: readonly { readonly refId: string; readonly expr: string }[];
      }[];
    }
    const text = read("docs/dashboards/grafana.json");
    const { schemaVersion, templating, panels } = JSON.parse(text) as Dashboard;
    expect(schemaVersion).toBeGreaterThanOrEqual(36);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { gridPos, targets } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
    const known = templating.list.map(({ name }) => name);
    expect(templating.list.find(({ name }) => name === "datasource")?.type).toBe("datasource");
    const used = [...text.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name = ""]) => name);
    expect(used.filter((name) => !known.includes(name) && !name.startsWith("__"))).toEqual([]);
    const groups = panels.flatMap(({ id, targets }) =>
      targets.map(({ refId, expr }) => ({
        record: `panel_${id}:${refId}`,
        // What Grafana puts in before it asks.
        expr: expr.replaceAll(/\$__(?:rate_)?interval/g, "5m").replaceAll("$__range", "1h"),
      })),
    );
    const path = join(folder, "dashboard.yml");
    writeFileSync(path, JSON.stringify({ groups: [{ name: "dashboard", rules: groups }] }));
    // It ends with an error where an expression does not parse.
    const said = execFileSync(promtool ?? "", ["check", "rules", path], { encoding: "utf8" });
    expect(said).toContain(`${groups.length} rules`);
  });

  /** Runs the rules over series in the time of promtool. */
  function evaluate(
    series: Readonly<Record<string, string>>,
    alerts: readonly (readonly [string, string, number])[],
  ): string {
    const unit = {
      rule_files: [RULES],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          alert_rule_test: alerts.map(([alertname, eval_time, count]) => ({
            eval_time,
            alertname,
            exp_alerts: Array.from({ length: count }, () => ({})),
          })),
        },
      ],
    };
    const file = join(folder, "unit.json");
    writeFileSync(file, JSON.stringify(unit));
    try {
      return execFileSync(promtool ?? "", ["test", "rules", file], { encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      return String(Reflect.get(Object(error), "stdout")) + String(Reflect.get(Object(error), "stderr"));
    }
  }

  /** How many alerts fire at a minute. The labels are not compared: a failure of promtool shows what it got. */
  function firing(alert: string, series: Readonly<Record<string, string>>, at: string): number {
    const said = evaluate(series, [[alert, at, 0]]);
    if (said.includes("SUCCESS")) return 0;
    const [, got = ""] = /got:\[([\s\S]*)\]/.exec(said) ?? [];
    return (got.match(/Labels:/g) ?? []).length;
  }

  test("promtool takes them", () => {
    const said = execFileSync(promtool ?? "", ["check", "rules", RULES], { encoding: "utf8" });
    expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  const at = 'job="m",instance="a"';
  const of = `${at},resource="index"`;
  const state = (name: string): string => `health_state_resource_state{${of},state="${name}"}`;
  const age = `health_state_resource_age_seconds{${of}}`;
  const limit = `health_state_resource_refuse_after_seconds{${of}}`;
  const failures = `health_state_resource_failures{${of}}`;
  const ready = `health_state_ready{${at}}`;
  const draining = `health_state_draining{${at}}`;
  const slow = `health_state_slow_loads_total{${of}}`;
  const rejected = `health_state_loads_total{${of},outcome="rejected"}`;
  const offered = `health_state_resource_rejected{${of}}`;
  const started = `process_start_time_seconds{${at}}`;
  const alive = `health_state_alive{${at}}`;

  test.each([
    ["HealthStateServingStale", { [state("STALE")]: "1x9", [ready]: "1x9" }, "4m", 0],
    ["HealthStateServingStale", { [state("STALE")]: "1x9", [ready]: "1x9" }, "6m", 1],
    ["HealthStateServingStale", { [state("STALE")]: "1x9", [ready]: "0x9" }, "6m", 0],
    ["HealthStateServingStale", { [state("STALE")]: "0x9", [state("READY")]: "1x9", [ready]: "1x9" }, "6m", 0],
    ["HealthStateAboutToRefuse", { [age]: "0+60x9", [limit]: "600x9", [failures]: "1x9" }, "8m", 0],
    ["HealthStateAboutToRefuse", { [age]: "0+60x9", [limit]: "600x9", [failures]: "1x9" }, "9m", 1],
    ["HealthStateAboutToRefuse", { [age]: "0+60x9", [limit]: "600x9", [state("STALE")]: "1x9" }, "9m", 1],
    ["HealthStateAboutToRefuse", { [age]: "0+60x9", [limit]: "600x9", [failures]: "0x9" }, "9m", 0],
    ["HealthStateAboutToRefuse", { [age]: "0+60x9", [failures]: "1x9" }, "9m", 0],
    ["HealthStateHeldIn", { [`health_state_fleet_held_in{${at}}`]: "1x9" }, "1m", 0],
    ["HealthStateHeldIn", { [`health_state_fleet_held_in{${at}}`]: "1x9" }, "3m", 1],
    ["HealthStateNotReady", { [ready]: "0x9", [draining]: "0x9" }, "4m", 0],
    ["HealthStateNotReady", { [ready]: "0x9", [draining]: "0x9" }, "6m", 1],
    ["HealthStateNotReady", { [ready]: "0x9", [draining]: "1x9" }, "6m", 0],
    ["HealthStateWedged", { [alive]: "0x1" }, "1m", 1],
    ["HealthStateWedged", { [alive]: "1x1" }, "1m", 0],
    ["HealthStateRestarting", { [started]: "1 2 3 4 5 6", [alive]: "1x6" }, "5m", 1],
    ["HealthStateRestarting", { [started]: "1 1 2 2 2 2", [alive]: "1x6" }, "5m", 0],
    ["HealthStateRestarting", { [started]: "1 2 3 4 5 6" }, "5m", 0],
    ["HealthStateSlowLoads", { [slow]: "0 0 1 1" }, "3m", 1],
    ["HealthStateSlowLoads", { [slow]: "1x3" }, "3m", 0],
    ["HealthStateLoadsFailing", { [failures]: "0 1 2 3" }, "2m", 0],
    ["HealthStateLoadsFailing", { [failures]: "0 1 2 3" }, "3m", 1],
    ["HealthStateRejected", { [rejected]: "0 0 1 1" }, "3m", 1],
    ["HealthStateRejected", { [rejected]: "0x3" }, "3m", 0],
    ["HealthStateRejected", { [rejected]: "1x40", [offered]: "1x40" }, "30m", 1],
    ["HealthStateRejected", { [rejected]: "0 0 1 1", [offered]: "0 0 1 1" }, "3m", 1],
    ["HealthStateRejected", { [rejected]: "1x40", [offered]: "0x40" }, "30m", 0],
  ] as const)("%s over %j at %s fires %i times", (alert, series, time, count) => {
    expect(firing(alert, series, time)).toBe(count);
  });

  test("each alert is tried above", () => {
    expect(rules.map(({ alert }) => alert).sort()).toEqual([
      "HealthStateAboutToRefuse",
      "HealthStateHeldIn",
      "HealthStateLoadsFailing",
      "HealthStateNotReady",
      "HealthStateRejected",
      "HealthStateRestarting",
      "HealthStateServingStale",
      "HealthStateSlowLoads",
      "HealthStateWedged",
    ]);
  });
});

describe.skipIf(!prometheus || missing !== undefined)("a real Prometheus", () => {
  const folder = mkdtempSync(join(tmpdir(), "health-state-prometheus-"));
  let server: Server;
  let child: ChildProcess;
  let url = "";

  async function freePort(): Promise<number> {
    const probe = createTcpServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    // SAFETY: a server on TCP has such an address.
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, "close");
    return port;
  }

  /** Asks the API until it answers what is waited for. */
  async function until<T>(path: string, found: (data: T) => boolean): Promise<T> {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`Prometheus has ended with ${child.exitCode}`);
      const answer = await fetch(url + path).catch(() => undefined);
      if (answer?.ok) {
        const { data } = (await answer.json()) as { readonly data: T };
        if (found(data)) return data;
      }
    }
  }

  const health = createHealth();
  beforeAll(async () => {
    const { Registry } = load<PromClient>("prom-client");
    const register = new Registry();
    collect(health, register);
    health.subscribe(() => {});
    health.resource("index", { load: () => 1, refreshEvery: "30s" });
    health.resource("broken", { load: () => Promise.reject(new Error("gone")), required: false, retryMost: "100ms" });
    server = createServer((_request, response) => void register.metrics().then((text) => response.end(text)));
    server.listen(0, "127.0.0.1");
    await Promise.all([once(server, "listening"), health.whenReady()]);
    // SAFETY: a server on TCP has such an address.
    const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [RULES],
      scrape_configs: [{ job_name: "matcher", static_configs: [{ targets: [target] }] }],
    };
    writeFileSync(join(folder, "prometheus.json"), JSON.stringify(config));
    const port = await freePort();
    url = `http://127.0.0.1:${port}/api/v1`;
    child = spawn(
      prometheus ?? "",
      [
        `--config.file=${folder}/prometheus.json`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: "ignore" },
    );
  });
  afterAll(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    server.closeAllConnections();
    server.close();
    await health.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("scrapes every metric, with its type and its help", async () => {
    type Found = {
      readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
    };
    const query = encodeURIComponent('health_state_resource_state{resource="index"}');
    const { result } = await until<Found>(`/query?query=${query}`, (data) => data.result.length === 4);
    expect(Object.fromEntries(result.map(({ metric, value }) => [metric["state"], value[1]]))).toEqual({
      NOT_LOADED: "0",
      LOADING: "0",
      READY: "1",
      STALE: "0",
    });
    const meta = await until<Readonly<Record<string, readonly { readonly type: string; readonly help: string }[]>>>(
      "/metadata",
      (data) => "health_state_ready" in data,
    );
    const types = Object.fromEntries(NAMES.map((name) => [name, meta[name]?.[0]?.type]));
    expect(types["health_state_loads_total"]).toBe("counter");
    expect(types["health_state_load_duration_seconds"]).toBe("histogram");
    expect(Object.values(types).filter((type) => type === "gauge")).toHaveLength(Object.keys(GAUGES).length);
  });

  test("evaluates the rules, and tells that loads fail", async () => {
    type Alerts = { readonly alerts: readonly { readonly labels: Record<string, string>; readonly state: string }[] };
    const failing = ({ alerts }: Alerts): boolean =>
      alerts.some(({ labels, state }) => labels["alertname"] === "HealthStateLoadsFailing" && state === "firing");
    const { alerts } = await until<Alerts>("/alerts", failing);
    expect(alerts.map(({ labels }) => `${labels["alertname"]} ${labels["resource"]}`)).toContain(
      "HealthStateLoadsFailing broken",
    );
    type Evaluated = { readonly groups: readonly { readonly rules: readonly { readonly health: string }[] }[] };
    const { groups } = await until<Evaluated>(
      "/rules",
      ({ groups: [group] }) => group?.rules.every((rule) => rule.health === "ok") ?? false,
    );
    expect(groups[0]?.rules).toHaveLength(rules.length);
  });
});
