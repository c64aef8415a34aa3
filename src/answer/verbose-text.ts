import type { Report } from "./details.ts";

/** As many lines as a person reads. */
const MOST_LINES = 100;

/** The text form of the Kubernetes components: a line each, the worst first, reasons withheld. */
export function toVerboseText({ probe, verdict, resources, heartbeats }: Report): string {
  const lines = [
    ...heartbeats.map(([name, overdue]) => lineOf(name, overdue)),
    ...resources.map(
      ({ name, refused, state, required }) =>
        lineOf(name, refused) + (state === "STALE" && !refused ? " (stale)" : "") + (required ? "" : " (informative)"),
    ),
  ];
  const more = lines.length - MOST_LINES;
  return [
    ...(verdict.word === "draining" ? ["[-]draining"] : []),
    ...lines.slice(0, MOST_LINES),
    ...(more > 0 ? [`${more} more`] : []),
    `${probe} check ${verdict.retryAfter ? "failed" : "passed"}`,
    "",
  ].join("\n");
}

function lineOf(name: string, failed: boolean): string {
  return failed ? `[-]${name} failed: reason withheld` : `[+]${name} ok`;
}
