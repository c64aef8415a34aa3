import type { OnProgress } from "../seed/seed.ts";

/** As much of `process.stdout` as is used. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 30;

/** Draws a bar on a terminal; elsewhere, a line for each tenth of the way. */
export function createProgressBar(output: Output): OnProgress {
  let lastTenth = "";
  return (work, done, total) => {
    const share = total === 0 ? 1 : done / total;
    const tenth = `${work} ${Math.floor(share * 10)}`;
    if (output.isTTY) {
      const filled = Math.round(share * WIDTH);
      const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
      output.write(`\r  ${work} ${bar} ${done} of ${total}${done === total ? "\n" : ""}`);
    } else if (tenth !== lastTenth) {
      output.write(`  ${work}: ${done} of ${total}\n`);
    }
    lastTenth = tenth;
  };
}
