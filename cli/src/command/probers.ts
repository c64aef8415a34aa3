import { probeOf, PROBERS, toMarkdown } from "../probers/index.ts";
import { EXIT, type Io } from "../io/io.ts";

/** Lists the clients, or writes the page about them. */
export function runProbers(flags: { readonly markdown?: boolean | undefined }, io: Io): number {
  const width = Math.max(...PROBERS.map(({ name }) => name.length));
  const list = PROBERS.map(
    ({ name, title, checks }) => `${name.padEnd(width)}  ${title}: ${checks.map(probeOf).join(", ")}\n`,
  );
  io.out(flags.markdown ? toMarkdown() : list.join(""));
  return EXIT.clean;
}
