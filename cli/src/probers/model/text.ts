import type { Plan } from "./plan.ts";
import type { Prober } from "./prober.ts";

/** Lines as a file: one newline at the end of each. */
export function linesOf(...lines: readonly (string | readonly string[])[]): string {
  return `${lines.flat().join("\n")}\n`;
}

/** Comment lines, folded at about 100 columns. */
export function comment(mark: string, ...sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) => {
    const folded: string[] = [];
    let line = mark;
    for (const word of sentence.split(" ")) {
      if (line !== mark && line.length + word.length > 98) {
        folded.push(line);
        line = `${mark}  `;
      }
      line += ` ${word}`;
    }
    return [...folded, line];
  });
}

/** Attributes of HCL with their equal signs under each other, as `terraform fmt` wants them. */
export function attributes(indent: string, values: Readonly<Record<string, string | number | boolean>>): string[] {
  const width = Math.max(...Object.keys(values).map((key) => key.length));
  return Object.entries(values).map(([key, value]) => `${indent}${key.padEnd(width)} = ${value}`);
}

/** What stale data means with a client that decides by status. */
export function staleWords({ title, allDown }: Pick<Prober, "title" | "allDown">, plan: Plan): string {
  if (plan.serveStale)
    return (
      'Stale data is served: say so in the service (refuseAfter: "never" or an age), so that /status answers 200; ' +
      `${title} needs nothing for it.`
    );
  return (
    "Stale data is refused: /status answers 503 past refuseAfter. If the source dies, that happens everywhere at once, and then: " +
    `${allDown.text}.`
  );
}

/** The shell command for a check inside a container: `-f` makes an HTTP error an exit code. */
export function curl(plan: Plan, path: string, timeout: number): string {
  return `curl -fsS -o /dev/null --max-time ${timeout} http://127.0.0.1:${plan.port}${path}`;
}

/** What to use where the image has no curl. */
export function withoutCurl(plan: Plan, path: string): string {
  return (
    `Without curl in the image: node -e "fetch('http://127.0.0.1:${plan.port}${path}')` +
    `.then((r) => process.exit(r.status === 200 ? 0 : 1), () => process.exit(1))"`
  );
}

/** Why a check inside the container names 127.0.0.1. */
export const LOOPBACK = "127.0.0.1 and not localhost, which may be ::1 where only IPv4 is bound.";
