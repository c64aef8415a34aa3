import { docker } from "../../probers/index.ts";
import { secondsOf } from "../model/duration.ts";
import type { Report } from "../model/report.ts";
import { isTemplate, rawEdit, setEdit, textEdit, type Tree } from "../model/tree.ts";
import { judgeCommand, isShell } from "../rule/command.ts";
import { judgeStartPeriod, judgeStop } from "../rule/container.ts";
import { areOurs, judgePath, type Effect } from "../rule/path.ts";
import type { Command } from "../model/command.ts";

/** Judges the health checks of a Compose file or a Swarm stack. */
export function judgeCompose(report: Report, root: Tree): void {
  const services = root.get("services").entries();
  const awaited = new Set(
    services.flatMap(([, service]) =>
      service
        .get("depends_on")
        .entries()
        .filter(([, dependency]) => dependency.get("condition").text === "service_healthy")
        .map(([name]) => name),
    ),
  );
  for (const [name, service] of services) {
    const check = service.get("healthcheck");
    if (!check.isMap || check.get("disable").value === true) continue;
    if (!check.get("test").here) {
      judgeOverride(report, check);
      continue;
    }
    const first = check.get("test").items()[0]?.text ?? check.get("test").text;
    if (first === "NONE" || first === "") continue;
    report.seen(check);
    const effects: readonly Effect[] = [
      ...(isSwarm(service) ? (["replaces"] as const) : []),
      ...(awaited.has(name) ? (["waits", "routes"] as const) : (["reports"] as const)),
    ];
    judgeCheck(report, check, service, effects);
    const grace = service.get("stop_grace_period");
    judgeStop(report, secondsOf(filledIn(grace.value)) ?? 10, {
      at: grace.here ? grace : service,
      fix: (seconds) => `stop_grace_period: ${seconds}s`,
      edit: (seconds) => setEdit(service, "stop_grace_period", `${seconds}s`),
    });
  }
}

/** Judges a check whose command stands in another file, or in the image. */
function judgeOverride(report: Report, check: Tree): void {
  report.seen(check);
  for (const field of ["interval", "timeout", "start_period", "start_interval"]) timeOf(report, check, field);
}

/** Limits of memory alone make no stack: what Swarm alone reads does. */
function isSwarm(service: Tree): boolean {
  const deploy = service.get("deploy");
  return ["replicas", "mode", "placement", "update_config", "rollback_config", "endpoint_mode"].some(
    (key) => deploy.get(key).here,
  );
}

function judgeCheck(report: Report, check: Tree, service: Tree, effects: readonly Effect[]): void {
  const test = check.get("test");
  const command = commandOf(test, service.get("image").text);
  const path = command && judgeCommand(report, command);
  // Stock images have words of their own: only services of ours are held to the library's.
  if (path !== undefined && areOurs(report, [path]))
    judgePath(report, effects, { path, at: test, context: contextOf(test) }, { ours: true });
  if (!command && !test.isOpen && (test.isList || test.text !== undefined)) judgeForm(report, test);
  if (command) judgeWords(report, test);
  const interval = timeOf(report, check, "interval") ?? Number(docker.settings.interval.value);
  timeOf(report, check, "timeout");
  timeOf(report, check, "start_interval");
  const retriesAt = check.get("retries");
  // Compose takes a number in quotes here.
  const quoted = /^\d+$/.test(retriesAt.text ?? "") ? Number(retriesAt.text) : undefined;
  const retries = quoted ?? retriesAt.number(report) ?? Number(docker.settings.retries.value);
  const period = check.get("start_period");
  if (isTemplate(period.value)) return;
  judgeStartPeriod(
    report,
    { effects, path },
    { period: timeOf(report, check, "start_period") ?? 0, retries, interval },
    {
      at: period.here ? period : check,
      fix: (seconds) => `start_period: ${seconds}s`,
      edit: (seconds) => setEdit(check, "start_period", `${seconds}s`),
      severity: effects.length === 1 && effects.includes("reports") ? "warning" : "error",
    },
  );
}

function judgeForm(report: Report, test: Tree): void {
  const words = test.words();
  report.add({
    rule: "missing-field",
    severity: "error",
    at: test,
    what: `The list begins with ${JSON.stringify(words[0] ?? "")}.`,
    why: "Compose accepts only a list that begins with NONE, CMD or CMD-SHELL.",
    fix: `test: ${JSON.stringify(["CMD", ...words])}`,
    ...(test.item?.type === "list" &&
      test.item.items[0]?.type === "scalar" &&
      test.item.items[0].quote === "double" && {
        edit: { replace: test.item.items[0], raw: `"CMD", ${JSON.stringify(words[0])}` },
      }),
  });
}

/** Judges a form that Compose takes and Docker reads in another way. */
function judgeWords(report: Report, test: Tree): void {
  const [form, ...words] = test.words();
  if (test.text !== undefined && /^CMD(-SHELL)?\s/.test(test.text))
    report.add({
      rule: "missing-field",
      severity: "error",
      at: test,
      what: "The string begins with CMD, which has a meaning only in a list.",
      why: "The shell finds no program of that name, so every check fails.",
      fix: `test: ${test.text.replace(/^CMD(-SHELL)?\s+/, "")}`,
      ...textEdit(test, test.text.replace(/^CMD(-SHELL)?\s+/, "")),
    });
  if (form === "CMD-SHELL" && words.length > 1)
    report.add({
      rule: "wrong-type",
      severity: "error",
      at: test,
      what: "Several strings follow CMD-SHELL.",
      why: `The shell runs only the first, so the whole check is ${JSON.stringify(words[0])}.`,
      fix: `test: ${JSON.stringify(["CMD-SHELL", words.join(" ")])}`,
    });
}

function timeOf(report: Report, check: Tree, field: string): number | undefined {
  const at = check.get(field);
  if (!at.here) return undefined;
  const seconds = secondsOf(filledIn(at.value));
  if (seconds === undefined && !isTemplate(at.value)) {
    const number = typeof at.value === "number" || /^\d+$/.test(at.text ?? "") ? `${String(at.value)}s` : undefined;
    report.add({
      rule: "wrong-type",
      severity: "error",
      at,
      what: `${field} is ${JSON.stringify(at.value)}, which is not a duration.`,
      why: "Compose refuses a duration without a unit.",
      fix: `${field}: ${number ?? "30s"}`,
      ...(number !== undefined && rawEdit(at, number)),
    });
  }
  return seconds;
}

/** What Compose fills in where nobody sets the variable: the default that the file names. */
function filledIn(value: unknown): unknown {
  const [, fallback] = typeof value === "string" ? (/^\$\{\w+:?-([^}]+)\}$/.exec(value) ?? []) : [];
  return fallback ?? value;
}

/** The test of Compose and of ECS: a line for the shell, or a list that says which form it is. */
export function commandOf(test: Tree, image?: string): Command | undefined {
  const common = { at: test, image, unexpanded: /\$\$\{?[A-Za-z_]\w*\}?/ };
  if (test.text !== undefined) return { words: [test.text], shell: true, source: test, ...common };
  const [form, ...words] = test.words();
  const last = test.items().at(-1);
  if (form === "CMD-SHELL") return { words, shell: true, source: last, ...common };
  if (form !== "CMD") return undefined;
  const shell = isShell(words);
  return { words, shell, source: shell ? last : undefined, ...common };
}

/** The test as one text, to show the corrected one. */
export function contextOf(test: Tree): string {
  return test.text ?? JSON.stringify(test.words());
}
