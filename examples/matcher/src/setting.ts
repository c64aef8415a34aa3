import type { Duration } from "health-state";
import type { Roles } from "./matcher.ts";

/** How the service is set up. */
export interface Setting {
  readonly host: string;
  readonly port: number;
  readonly roles: Roles;
  readonly maxStale: Duration | undefined;
  readonly refreshEvery: Duration;
  /** The file that keeps the index for the next start. */
  readonly storePath: string | undefined;
  /** Whether there are the buttons that break things. */
  readonly demo: boolean;
  /** A PostgreSQL server; without it, the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly dataFolder: string;
  /** A folder of PNG and JPEG files for the first bank; `""` for none. */
  readonly pictureFolder: string | undefined;
  /** Where the example's own pictures are drawn. */
  readonly drawnFolder: string;
  /** How many generated hashes there are beside the pictures'. */
  readonly hashes: number;
  readonly drainDelay: Duration;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment, and `--hashes N`, which goes before `HASHES`.
 *
 * @param folder where the example is, for the data's default place
 * @throws Error that names the setting, its value and what is accepted
 */
export function readSetting(environment: Environment, args: readonly string[], folder: string): Setting {
  const hashesAt = args.indexOf("--hashes");
  return {
    host: environment["HOST"] ?? "127.0.0.1",
    port: wholeNumber("PORT", environment["PORT"] ?? "5100", 65_535),
    roles: { matcher: isOn(environment["ROLE_MATCHER"]), curator: isOn(environment["ROLE_CURATOR"]) },
    maxStale: maxStaleOf(environment["MAX_STALE"]),
    refreshEvery: durationOf("REFRESH_EVERY", environment["REFRESH_EVERY"] ?? "5s"),
    storePath: (environment["STORE"] ?? `${folder}/.data/index.lkg`) || undefined,
    demo: isOn(environment["DEMO"]),
    drawnFolder: `${folder}/.data/pictures`,
    databaseUrl: environment["DATABASE_URL"] || undefined,
    dataFolder: environment["DATA_FOLDER"] ?? `${folder}/.data/pglite`,
    pictureFolder: environment["PICTURES"],
    hashes:
      hashesAt >= 0
        ? wholeNumber("--hashes", args[hashesAt + 1] ?? "", 10_000_000)
        : wholeNumber("HASHES", environment["HASHES"] ?? "0", 10_000_000),
    drainDelay: durationOf("DRAIN_DELAY", environment["DRAIN_DELAY"] ?? "5s"),
  };
}

function isOn(value: string | undefined): boolean {
  return value !== "false" && value !== "0";
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = Number(text);
  if (!/^[0-9]+$/.test(text) || number > most)
    throw new Error(`${name} is "${text}"; give a whole number up to ${most}`);
  return number;
}

function maxStaleOf(text: string | undefined): Duration | undefined {
  if (text === undefined || text === "") return undefined;
  return text === "never" ? "never" : durationOf("MAX_STALE", text);
}

function durationOf(name: string, text: string): Duration {
  const match = /^([0-9]+)(ms|s|m|h)$/.exec(text);
  if (!match) throw new Error(`${name} is "${text}"; give a duration such as "90s" or "2h"`);
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2] ?? ""] ?? 0;
  return Number(match[1]) * unit;
}
