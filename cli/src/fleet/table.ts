import type { FleetStatus, ReplicaStatus, ReportedResource } from "health-state/fleet";
import { toSafeText } from "../option/invalid-option.ts";

/** A group as a table for people: one line for each resource of each replica, then the rollouts. */
export function toFleetTable({ group, knownForMs, replicas, rollouts }: FleetStatus): string {
  const out = replicas.filter((replica) => replica.out).length;
  const heldIn = replicas.filter((replica) => replica.heldIn).length;
  const known = knownForMs === undefined ? "not known to the store" : `known for ${toSpan(knownForMs)}`;
  const head = `${group}: ${replicas.length} replicas, ${out} out, ${heldIn} held in; ${known}`;
  const rows = replicas.flatMap((replica) =>
    replica.resources.length === 0
      ? [[replica.replica, standingOf(replica), "-", "-", "-", "-", ""]]
      : replica.resources.map((resource, at) => [
          at === 0 ? replica.replica : "",
          at === 0 ? standingOf(replica) : "",
          ...cellsOf(resource),
        ]),
  );
  const lines = rollouts.flatMap(({ resource, stable, trial, refused, pin }) => [
    ...(stable === undefined ? [] : [`${resource}: rolled out ${toSafeText(stable)}`]),
    ...(trial === undefined ? [] : [`${resource}: trying ${toSafeText(trial.revision)}, step ${trial.step + 1}`]),
    ...(pin === undefined ? [] : [`${resource}: pinned to ${toSafeText(pin)}`]),
    ...refused.map(
      ({ revision, how, replica }) =>
        `${resource}: rejected ${toSafeText(revision)}, because ${how === "failed" ? "ok() failed" : "validate rejected it"} in ${toSafeText(replica)}`,
    ),
  ]);
  const table = [["replica", "stands", "resource", "state", "age", "revision", ""], ...rows];
  return `${[head, ...(rows.length ? ["", ...aligned(table)] : []), ...(lines.length ? ["", ...lines] : [])].join("\n")}\n`;
}

function standingOf({ out, leave, heldIn, draining, wedged }: ReplicaStatus): string {
  if (draining) return "draining";
  if (wedged) return "wedged";
  if (leave) return "out by leave";
  if (out) return "out";
  return heldIn ? "held in" : "in";
}

function cellsOf({ name, state, age, revision, behind, bad, loading, place }: ReportedResource): readonly string[] {
  const notes = [
    ...(loading ? ["loading"] : []),
    ...(place === undefined ? [] : [`place ${place}`]),
    ...(behind === undefined ? [] : [`behind ${toSafeText(behind)}`]),
    ...(bad === undefined ? [] : [`${bad.how} ${toSafeText(bad.revision)}`]),
  ];
  return [
    toSafeText(name),
    state,
    age === undefined ? "-" : toSpan(age),
    revision === undefined ? "-" : toSafeText(revision).slice(0, 40),
    notes.join(", "),
  ];
}

/** The cells of each column begin below each other. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** A span of time in its largest fitting unit. */
function toSpan(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const seconds = ms / 1_000;
  if (seconds < 120) return `${Math.round(seconds)}s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)}m` : `${Math.round(seconds / 3_600)}h`;
}
