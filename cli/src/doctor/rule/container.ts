import type { Place, Report, Severity } from "../model/report.ts";
import type { Edit } from "../model/item.ts";
import { canFailInLoad, type Effect } from "./path.ts";

/** The numbers of a check of a container, in seconds and counts. */
export interface StartNumbers {
  readonly period: number;
  readonly retries: number;
  readonly interval: number;
}

/** Where a number of seconds stands and how it is written. */
export interface WrittenSeconds {
  readonly at: Place;
  readonly fix: (seconds: number) => string;
  readonly edit?: (seconds: number) => { readonly edit?: Edit };
  readonly severity?: Severity;
}

/** What a check of a container asks, and what follows from it. */
export interface ContainerCheck {
  readonly effects: readonly Effect[];
  readonly path: string | undefined;
}

/** Judges whether a check of a container can turn unhealthy during the load. */
export function judgeStartPeriod(
  report: Report,
  { effects, path }: ContainerCheck,
  { period, retries, interval }: StartNumbers,
  { at, fix, edit, severity = "error" }: WrittenSeconds,
): void {
  const { loadSeconds } = report.service;
  if (loadSeconds === undefined || path === undefined || !canFailInLoad(path)) return;
  const sure = period + (retries - 1) * interval;
  if (sure >= loadSeconds) return;
  const wanted = Math.ceil(1.5 * loadSeconds);
  report.add({
    rule: "startup-budget-short",
    severity,
    at,
    what: `The container can become unhealthy after ${period} + (${retries} - 1) x ${interval} = ${sure} s, and the load takes up to ${loadSeconds} s.`,
    why: effects.includes("replaces")
      ? "The container is replaced before it is ready for the first time."
      : "Services that wait for it then fail to start.",
    fix: fix(wanted),
    ...edit?.(wanted),
  });
}

/** Judges whether the drain fits between SIGTERM and SIGKILL. */
export function judgeStop(
  report: Report,
  graceSeconds: number,
  { at, fix, edit, severity = "error" }: WrittenSeconds,
): void {
  const { drainSeconds } = report.service;
  if (drainSeconds === undefined || drainSeconds < graceSeconds) return;
  report.add({
    rule: "drain-over-grace",
    severity,
    at,
    what: `The service drains for ${drainSeconds} s, but SIGKILL comes after ${graceSeconds} s.`,
    why: "SIGKILL ends the open requests.",
    fix: fix(drainSeconds + 15),
    ...edit?.(drainSeconds + 15),
  });
}
