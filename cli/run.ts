import { parseArgs } from "node:util";
import { ConfigRefusedError, PROBERS } from "../src/probers/index.ts";
import { runConfig } from "./config.ts";
import { runDoctor } from "./doctor/command.ts";
import { EXIT, UsageError, type Io } from "./io.ts";
import { runProbers } from "./probers.ts";
import { runSimulate, scenarioLines } from "./simulate.ts";

const HELP = `health-state: right health checks for a service that holds data in memory

  health-state config <prober>    write the client's configuration
      --port 8080  --base /ops  --load-time 60s  --reaction 30s  --drain 10s  --serve-stale
      --format hcl                only this one of several forms
  health-state doctor <file...>   find what is wrong in the configuration you have; - reads standard input
      --load-time 2m              the longest first load
      --drain 10s                 how long the service serves on after SIGTERM
      --refuse-after 65s|never    the age past which /status says 503
      --from http://host/status   ask a running service for its limits instead
      --json | --sarif
  health-state simulate <scenario>  play a situation in virtual time, with the real library and models of its clients
      --replicas 8  --duration 1h  --load-time 2m  --seed 1
      --json | --svg file         all figures; or a picture, - writes it to standard output
${scenarioLines()}\
  health-state probers            list the clients; --markdown writes the page about them

Probers: ${PROBERS.map(({ name }) => name).join(", ")}

Exit codes: 0 nothing found, 1 findings, 2 cannot be read or done.
`;

/** The whole command: reads the arguments, does the one thing, and says how it went. Never throws. */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: "string" },
        base: { type: "string" },
        "load-time": { type: "string" },
        reaction: { type: "string" },
        drain: { type: "string" },
        "serve-stale": { type: "boolean" },
        format: { type: "string" },
        "refuse-after": { type: "string" },
        from: { type: "string" },
        replicas: { type: "string" },
        duration: { type: "string" },
        seed: { type: "string" },
        svg: { type: "string" },
        json: { type: "boolean" },
        sarif: { type: "boolean" },
        markdown: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    const [command, ...rest] = positionals;
    if (values.help || command === undefined || command === "help") {
      io.out(HELP);
      return command === undefined && !values.help ? EXIT.unreadable : EXIT.clean;
    }
    if (command === "config") return runConfig(rest, values, io);
    if (command === "doctor") return await runDoctor(rest, values, io);
    if (command === "simulate") return await runSimulate(rest, values, io);
    if (command === "probers") return runProbers(values, io);
    throw new UsageError(`${JSON.stringify(command)} is no command; there are config, doctor, simulate and probers`);
  } catch (error) {
    io.err(`health-state: ${messageOf(error)}\n`);
    return EXIT.unreadable;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ConfigRefusedError) return `refused. ${error.message}`;
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^health-state: /, "");
}
