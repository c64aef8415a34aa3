import type { Effect } from "../../src/probers/index.ts";
import type { Place, Report, Severity } from "./finding.ts";
import { canFailInLoad } from "./shell.ts";

/** Judges whether a check of a container can turn unhealthy during the load. */
export function judgeStartPeriod(
  report: Report,
  effects: readonly Effect[],
  path: string | undefined,
  { period, retries, interval }: { readonly period: number; readonly retries: number; readonly interval: number },
  at: Place,
  fix: (seconds: number) => string,
  severity: Severity = "error",
): void {
  const { loadSeconds } = report.service;
  if (loadSeconds === undefined || !canFailInLoad(path)) return;
  const sure = period + (retries - 1) * interval;
  if (sure >= loadSeconds) return;
  const does = effects.includes("replaces")
    ? "it is replaced before it ever was ready"
    : "whoever waits for it gives up";
  report.add(
    "startup-budget-short",
    severity,
    at,
    `It can be unhealthy after ${period} + (${retries} - 1) x ${interval} = ${sure} s, and the load takes up to ${loadSeconds} s: ${does}.`,
    fix(Math.ceil(1.5 * loadSeconds)),
  );
}

/** Judges whether the drain fits between SIGTERM and SIGKILL. */
export function judgeStop(report: Report, graceSeconds: number, at: Place, fix: (seconds: number) => string): void {
  const { drainSeconds } = report.service;
  if (drainSeconds === undefined || drainSeconds < graceSeconds) return;
  report.add(
    "drain-over-grace",
    "error",
    at,
    `The service drains for ${drainSeconds} s, and SIGKILL comes after ${graceSeconds} s.`,
    fix(drainSeconds + 15),
  );
}
