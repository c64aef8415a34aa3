import { parseArgs } from "node:util";
import { EXIT, UsageError, type Io } from "../io/io.ts";
import { nearestOf } from "../io/nearest.ts";
import { ConfigRefusedError } from "../probers/index.ts";
import { runConfig } from "./config.ts";
import { runDoctor, type JudgeMany } from "./doctor.ts";
import { runFleet } from "./fleet.ts";
import { HELP, helpOf } from "./help.ts";
import { COMMANDS, isCommand, type CommandName } from "./options.ts";
import { runProbers } from "./probers.ts";
import { runSimulate, type SimulateMany } from "./simulate.ts";
import { runWatch } from "./watch.ts";

/** The work of several threads. Without it, one thread does everything. */
export interface Threads {
  readonly judgeMany: JudgeMany;
  readonly simulateMany: SimulateMany;
}

/** The whole command: reads the arguments, does the one thing, and says how it went. Never throws. */
export async function runCommand(args: readonly string[], io: Io, threads?: Threads): Promise<number> {
  try {
    const [first, ...rest] = args;
    if (first === undefined) {
      io.out(HELP);
      return EXIT.unreadable;
    }
    if (first === "--version" || first === "-V" || first === "version") {
      io.out(`${io.version}\n`);
      return EXIT.clean;
    }
    if (first === "help" || first === "--help" || first === "-h") {
      const [about] = rest;
      io.out(about === undefined ? HELP : helpOf(commandOf(about)));
      return EXIT.clean;
    }
    return await run(commandOf(first), rest, io, threads);
  } catch (error) {
    io.err(`health-state: ${messageOf(error)}\n`);
    return EXIT.unreadable;
  }
}

function commandOf(word: string): CommandName {
  if (isCommand(word)) return word;
  throw new UsageError(
    `there is no command ${JSON.stringify(word)}. The commands are config, doctor, fleet, probers, simulate and watch${maybe(word, Object.keys(COMMANDS))}`,
  );
}

async function run(
  command: CommandName,
  args: readonly string[],
  io: Io,
  threads: Threads | undefined,
): Promise<number> {
  const { values, positionals } = parse(command, args);
  if (values["help"] === true || positionals[0] === "help") {
    io.out(helpOf(command));
    return EXIT.clean;
  }
  switch (command) {
    case "config":
      return runConfig(positionals, values, io);
    case "doctor":
      return runDoctor(positionals, values, io, threads?.judgeMany);
    case "fleet":
      return runFleet(positionals, values, io);
    case "simulate":
      return runSimulate(positionals, values, io, threads?.simulateMany);
    case "watch":
      return runWatch(positionals, values, io);
    case "probers":
      return runProbers(values, io);
  }
}

/** The options as written; those that the command does not take are refused with the nearest. */
function parse(
  command: CommandName,
  args: readonly string[],
): { readonly values: Values; readonly positionals: readonly string[] } {
  const own: Readonly<Record<string, "string" | "boolean">> = COMMANDS[command];
  const options = Object.fromEntries(Object.entries(own).map(([name, type]) => [name, { type }]));
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, help: { type: "boolean", short: "h" } },
    });
    return { values, positionals };
  } catch (error) {
    const [, given] = /^Unknown option '(-{1,2}[^' ]+)/.exec(error instanceof Error ? error.message : "") ?? [];
    if (given === undefined) throw error;
    const names = Object.keys(own).map((name) => `--${name}`);
    throw new UsageError(
      `${command} has no option ${given}${maybe(given, names) || "."} See health-state help ${command}`,
    );
  }
}

/** What the options hold, of every command. */
type Values = { readonly [name in OptionsOf<"string">]?: string } & {
  readonly [name in OptionsOf<"boolean">]?: boolean;
} & {
  readonly help?: boolean;
};
type OptionsOf<T> = {
  [C in CommandName]: {
    [O in keyof (typeof COMMANDS)[C]]: (typeof COMMANDS)[C][O] extends T ? O : never;
  }[keyof (typeof COMMANDS)[C]];
}[CommandName];

function maybe(given: string, known: readonly string[]): string {
  const nearest = nearestOf(given, known);
  return nearest === undefined ? "" : `. Did you mean ${nearest}?`;
}

function messageOf(error: unknown): string {
  if (error instanceof ConfigRefusedError) return `refused. ${error.message}`;
  const message = error instanceof Error ? error.message : String(error);
  // The library takes a number of milliseconds too. On the command line, every duration has a unit.
  return message.replace(/^health-state: /, "").replace("(1500, ", "(");
}
