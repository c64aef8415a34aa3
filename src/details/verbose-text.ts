import { reasonOf, type Report, type Reported } from "./report.ts";

/** The largest number of lines. */
const MOST_LINES = 100;

/** The text form of the Kubernetes components: one line for each resource, the worst first, with the reason. */
export function toVerboseText({ probe, verdict, resources, heartbeats, heldIn }: Report): string {
  const lines = [
    ...heartbeats.map(([name, overdue]) => (overdue ? `[-]${name} failed: overdue` : `[+]${name} ok`)),
    ...resources.map(lineOf),
  ];
  const more = lines.length - MOST_LINES;
  return [
    ...(verdict.outcome === "draining" ? ["[-]draining"] : []),
    ...(heldIn ? ["[+]fleet ok (held in)"] : []),
    ...lines.slice(0, MOST_LINES),
    ...(more > 0 ? [`${more} more`] : []),
    `${probe} check ${verdict.ok ? "passed" : "failed"}`,
    "",
  ].join("\n");
}

function lineOf({ name, refused, state, required, facts }: Reported): string {
  const why = facts && reasonOf(facts.snapshot);
  const note = required ? "" : " (informative)";
  if (refused) return `[-]${name} failed: ${why ?? WHY[state]}${note}`;
  const stale = state === "STALE" ? " (stale)" : "";
  const origin = facts?.snapshot.origin ?? "source";
  const restored = origin === "source" ? "" : ` (from a ${origin})`;
  return `[+]${name} ok${stale}${restored}${why === undefined ? "" : ` (last error: ${why})`}${note}`;
}

/** The reason if no load has failed. */
const WHY: { readonly [S in Reported["state"]]: string } = {
  NOT_LOADED: "not loaded",
  LOADING: "loading",
  STALE: "too old",
  READY: "too old",
};
