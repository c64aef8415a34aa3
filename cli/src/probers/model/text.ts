import type { Plan } from "./plan.ts";
import type { Prober } from "./prober.ts";

/** Joins lines to a file. Each line ends with a newline. */
export function linesOf(...lines: readonly (string | readonly string[])[]): string {
  return `${lines.flat().join("\n")}\n`;
}

/** Comment lines, folded at about 100 columns. */
export function comment(mark: string, ...sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) => {
    const folded: string[] = [];
    let line = mark;
    // A number stays on the line of its unit.
    for (const word of sentence.split(/ (?!s\b)/)) {
      if (line !== mark && line.length + word.length > 98) {
        folded.push(line);
        line = `${mark}  `;
      }
      line += ` ${word}`;
    }
    return [...folded, line];
  });
}

/** Attributes of HCL. Their equal signs are aligned, as `terraform fmt` requires. */
export function attributes(indent: string, values: Readonly<Record<string, string | number | boolean>>): string[] {
  const width = Math.max(...Object.keys(values).map((key) => key.length));
  return Object.entries(values).map(([key, value]) => `${indent}${key.padEnd(width)} = ${value}`);
}

/** What happens to stale data with a prober that decides by the status. */
export function staleWords({ title, allDown }: Pick<Prober, "title" | "allDown">, plan: Plan): string {
  if (plan.serveStale)
    return (
      'Stale data is served. For this, set refuseAfter in the service to "never", or to the oldest age that you accept. ' +
      `${plan.paths.readiness} then answers 200. ${title} needs no setting for it.`
    );
  return (
    `Stale data is refused: ${plan.paths.readiness} answers 503 if the data is older than refuseAfter. ` +
    `If the source stops, this happens to all replicas at once. The result: ${allDown.text}.`
  );
}

/** The shell command for a check inside a container. With `-f`, curl fails on an HTTP error. */
export function curl(plan: Plan, path: string, timeout: number): string {
  return `curl -fsS -o /dev/null --max-time ${timeout} http://127.0.0.1:${plan.port}${path}`;
}

/** The command for an image without curl. */
export function withoutCurl(plan: Plan, path: string): string {
  return (
    `If the image has no curl, use: node -e "fetch('http://127.0.0.1:${plan.port}${path}')` +
    `.then((r) => process.exit(r.status === 200 ? 0 : 1), () => process.exit(1))"`
  );
}

/** Why a check inside the container uses 127.0.0.1. */
export const LOOPBACK =
  "The address is 127.0.0.1, because localhost may mean ::1, and the service may listen on IPv4 only.";
