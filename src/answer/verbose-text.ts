import type { Report } from "./details.ts";

/** As many lines as a person reads. */
const MOST_LINES = 100;

/** The text form of the Kubernetes components: a line each, the worst first, reasons withheld. */
export function toVerboseText({ ruling, resources, heartbeats }: Report): string {
  const lines = [
    ...heartbeats.map(([name, overdue]) => lineOf(name, overdue, "")),
    ...resources.map(({ snapshot, refused }) =>
      lineOf(snapshot.name, refused, snapshot.state === "STALE" ? " (stale)" : "") +
      (snapshot.required ? "" : " (informative)"),
    ),
  ];
  const more = lines.length - MOST_LINES;
  return [
    ...lines.slice(0, MOST_LINES),
    ...(more > 0 ? [`${more} more`] : []),
    `${ruling.probe} check ${ruling.retryAfter ? "failed" : "passed"}`,
    "",
  ].join("\n");
}

function lineOf(name: string, failed: boolean, note: string): string {
  return failed ? `[-]${name} failed: reason withheld` : `[+]${name} ok${note}`;
}
