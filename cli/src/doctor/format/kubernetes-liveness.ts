import type { Report } from "../model/report.ts";
import { ownEdit, setEdit } from "../model/tree.ts";
import { judgeTcp } from "../rule/balancer.ts";
import { canFailInLoad, judgePath, roleOf, siblingOf } from "../rule/path.ts";
import type { Container } from "./kubernetes-port.ts";
import { sureText, type Probe } from "./kubernetes-probe.ts";

/** A liveness probe and those beside it. */
interface Probes {
  readonly liveness: Probe;
  readonly startup: Probe | undefined;
  readonly readiness: Probe | undefined;
}

/** A delay of at least so many seconds is a guess at the load time. */
const LONG_DELAY = 120;
/** A liveness probe that may kill sooner than this needs a startup probe, even if nobody told the load time. */
const SHORT_BUDGET = 10;

/** Judges a probe that kills. */
export function judgeLiveness(report: Report, container: Container, probes: Probes, ours: boolean): void {
  const { liveness, startup, readiness } = probes;
  const { asked, kind, at } = liveness;
  const same = readiness !== undefined && readiness.question !== undefined && readiness.question === liveness.question;
  const named = asked === undefined ? undefined : roleOf(asked.path);
  if (same && named !== "liveness") judgeSame(report, probes, ours);
  else if (asked) judgePath(report, ["restarts"], asked, { ours });
  if (kind === "tcp" && !same)
    judgeTcp(
      report,
      at,
      `livenessProbe:\n  httpGet: { path: ${ours ? "/status/live" : "/live"}, port: ${portText(liveness)} }`,
    );
  const isAggressive = judgePatience(report, liveness, ours);
  if (!isAggressive && liveness.whole && !container.partial) judgeLoad(report, probes, ours);
  if (!startup && liveness.delay >= (ours ? 1 : LONG_DELAY) && !container.partial)
    report.add({
      rule: "initial-delay",
      severity: "note",
      at: liveness.tree.get("initialDelaySeconds"),
      what: `A fixed delay of ${liveness.delay} s replaces a startupProbe.`,
      why: "After a fast start, it hides a hung process. After a slow start, it is too short.",
      fix: startupFix(liveness, ours, liveness.delay),
    });
}

function judgeSame(report: Report, { liveness, readiness }: Probes, ours: boolean): void {
  const { asked, kind, at, tree } = liveness;
  const patience = (probe: Probe): number => (probe.failures - 1) * probe.period;
  // The pattern of the Kubernetes documentation: the same question, and liveness waits longer.
  const isPatient =
    readiness !== undefined && patience(liveness) >= 2 * patience(readiness) && patience(liveness) >= 20;
  const named = asked !== undefined && roleOf(asked.path) !== undefined;
  const path = asked ? siblingOf(asked.path, "liveness", ours) : undefined;
  report.add({
    rule: "liveness-on-readiness",
    severity: ours && named ? "error" : isPatient && !named ? "note" : "warning",
    at: asked && kind === "http" ? asked.at : at === tree ? tree : at,
    what: "The livenessProbe uses the same path as the readinessProbe.",
    why: "If readiness fails, the container is restarted too, and loses its data.",
    fix:
      path !== undefined && kind === "http"
        ? `path: ${path}`
        : "a livenessProbe that fails only when a restart helps, or no livenessProbe",
    ...(ours && kind === "http" && path !== undefined && ownEdit(tree.get("httpGet", "path"), path)),
  });
}

/** Judges how long a stall may last; says whether it found one too short. */
function judgePatience(report: Report, { tree, failures, period, timeout, whole }: Probe, ours: boolean): boolean {
  const stall = (failures - 1) * period + timeout;
  const once = failures === 1 && tree.get("failureThreshold").here;
  if (!once && (stall >= 10 || !whole)) return false;
  report.add({
    rule: "aggressive-threshold",
    severity: "warning",
    at: once ? tree.get("failureThreshold") : tree,
    what: `A stall of (${failures} - 1) x ${period} + ${timeout} = ${stall} s restarts the container.`,
    why: ours
      ? "A load that computes on the main thread, a garbage collection or a throttled CPU can take that long."
      : "A garbage collection, a slow disk or a throttled CPU can take that long.",
    fix: "periodSeconds: 10\ntimeoutSeconds: 5\nfailureThreshold: 3",
    ...setEdit(tree, "failureThreshold", `${Math.max(3, Math.ceil((30 - timeout) / period) + 1)}`),
  });
  return true;
}

function judgeLoad(report: Report, { liveness, startup }: Probes, ours: boolean): void {
  const { loadSeconds } = report.service;
  const { asked, kind, tree, sure } = liveness;
  // With the library liveness answers at once; elsewhere a server may listen only once it has loaded.
  if (ours && (kind === "tcp" || kind === "grpc" || asked === undefined || roleOf(asked.path) === "liveness")) return;
  if (asked && !canFailInLoad(asked.path)) return;
  const protects = startup !== undefined && !(ours && roleOf(startup.asked?.path ?? "") === "liveness");
  if (protects || sure >= (loadSeconds ?? (ours ? 60 : SHORT_BUDGET))) return;
  report.add({
    rule: "liveness-during-load",
    severity: loadSeconds === undefined ? "warning" : "error",
    at: tree,
    what:
      loadSeconds === undefined
        ? `There is no startupProbe, and the livenessProbe can restart the container after ${sureText(liveness)} s.`
        : `The livenessProbe can restart the container after ${sureText(liveness)} s, and the load takes up to ${loadSeconds} s.`,
    why: "A container that starts slowly is restarted again and again.",
    fix: startupFix(liveness, ours, loadSeconds ?? 60),
  });
}

function startupFix(liveness: Probe, ours: boolean, seconds: number): string {
  const { kind, asked, tree } = liveness;
  const failures = Math.ceil((1.5 * seconds) / 5) + 1;
  const numbers = `  periodSeconds: 5\n  timeoutSeconds: 3\n  failureThreshold: ${failures}`;
  const port = portText(liveness);
  if (kind === "http" && asked)
    return `startupProbe:\n  httpGet: { path: ${ours ? siblingOf(asked.path, "startup", ours) : asked.path}, port: ${port} }\n${numbers}`;
  if (kind === "tcp") return `startupProbe:\n  tcpSocket: { port: ${port} }\n${numbers}`;
  if (kind === "grpc") return `startupProbe:\n  grpc: { port: ${port} }\n${numbers}`;
  const words = JSON.stringify(tree.get("exec", "command").words());
  return `startupProbe:\n  exec: { command: ${words} }\n${numbers}`;
}

function portText({ at }: Probe): string {
  return at.get("port").written ?? "8080";
}
