import { toMs } from "health-state";
import { EXIT, UsageError, wholeOf, type Io } from "../io/io.ts";
import { readText } from "../io/read-text.ts";
import { BALANCERS, type BalancerName } from "../simulate/index.ts";
import {
  rehearse,
  sweepsOf,
  toHtml,
  pageOf,
  workloadsOf,
  type Facts,
  type HtmlPart,
  type Reading,
  type Rehearsal,
  type Workload,
} from "../rehearse/index.ts";
import { Progress } from "./progress.ts";

/** The options of `simulate` that are for files, as written. */
export interface RehearseFlags {
  readonly replicas?: string | undefined;
  readonly "load-time"?: string | undefined;
  readonly "refresh-every"?: string | undefined;
  readonly "refuse-after"?: string | undefined;
  readonly drain?: string | undefined;
  readonly outage?: string | undefined;
  readonly stall?: string | undefined;
  readonly slow?: string | undefined;
  readonly nodes?: string | undefined;
  readonly requests?: string | undefined;
  readonly kept?: string | undefined;
  readonly checkers?: string | undefined;
  readonly router?: string | undefined;
  readonly alive?: string | undefined;
  readonly only?: string | undefined;
  readonly container?: string | undefined;
  readonly seed?: string | undefined;
  readonly html?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What a Deployment of the library does where nobody says so: it keeps serving for 10 s, and refuses what is stale. */
const OUR_DRAIN_SECONDS = 10;

/**
 * Plays each workload of the files under each trouble, and says what to change.
 *
 * @returns 1 if something would go wrong, else 0
 */
export async function runRehearse(files: readonly string[], flags: RehearseFlags, io: Io): Promise<number> {
  const reading = readingOf(flags);
  const facts = factsOf(flags);
  const workloads: Workload[] = [];
  const stores: string[] = [];
  for (const file of files) {
    const found = workloadsOf(file, await readText(file, io.read), reading);
    workloads.push(...found.workloads);
    stores.push(...found.stores);
  }
  const progress = new Progress(io);
  const rehearsals: Rehearsal[] = [];
  for (const [index, workload] of workloads.entries()) {
    const onProgress = (share: number): Promise<void> => progress.show((index + share) / workloads.length);
    rehearsals.push(await rehearse(workload, specOf(workload, flags, facts), facts, { onProgress }));
  }
  if (flags.html !== undefined) await writePage(flags.html, rehearsals, progress, io);
  progress.end();
  if (flags.json) io.out(`${JSON.stringify(rehearsals)}\n`);
  else io.out(pageOf(rehearsals, stores, io.columns === undefined ? 100 : Math.max(60, Math.min(io.columns, 120))));
  const isBad = rehearsals.some(({ troubles }) =>
    troubles.some(({ before }) => ["bad", "late"].includes(before.verdict.rating)),
  );
  return isBad ? EXIT.findings : EXIT.clean;
}

/** The page needs every value of every slider, so it takes several times as long as the text. */
async function writePage(file: string, rehearsals: readonly Rehearsal[], progress: Progress, io: Io): Promise<void> {
  const parts: HtmlPart[] = [];
  for (const [index, rehearsal] of rehearsals.entries()) {
    const { workload, changed, facts } = rehearsal;
    const onProgress = (share: number): Promise<void> => progress.show((index + share) / rehearsals.length);
    parts.push({ rehearsal, sweeps: await sweepsOf(workload, changed, facts, { onProgress }) });
  }
  await writeOut("--html", file, toHtml(parts), io);
}

/** @throws UsageError with the reason if the file cannot be written */
export async function writeOut(option: string, file: string, text: string, io: Io): Promise<void> {
  try {
    await io.write(file, text);
  } catch (error) {
    throw new UsageError(
      `${option} ${file}: cannot be written (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function readingOf({ alive, replicas, router, checkers, only, container }: RehearseFlags): Reading {
  const names = ["direct", ...Object.keys(BALANCERS)];
  if (router !== undefined && !isRouter(router))
    throw new UsageError(`--router ${JSON.stringify(router)}: must be one of ${names.join(", ")}`);
  return {
    alive: namesOf(alive),
    only: namesOf(only),
    ...(container !== undefined && { container }),
    ...(replicas !== undefined && { replicas: wholeOf("--replicas", replicas, 1, 10_000) }),
    ...(checkers !== undefined && { checkers: wholeOf("--checkers", checkers, 1, 100) }),
    ...(router !== undefined && { router }),
  };
}

function namesOf(list: string | undefined): readonly string[] {
  return (list ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
}

function isRouter(name: string): name is BalancerName | "direct" {
  return name === "direct" || name in BALANCERS;
}

function secondsOf(option: string, given: string | undefined, otherwise: number, leastMs: number): number {
  return given === undefined ? otherwise : toMs(option, given, leastMs) / 1_000;
}

/** Returns when data is stale: never later than it is refused, and after the next refresh. The library demands both. */
function staleOf(refuseAfter: string | undefined, otherwise: number, refreshSeconds: number): number {
  if (refuseAfter === undefined || refuseAfter === "never") return otherwise;
  const refuseSeconds = secondsOf("--refuse-after", refuseAfter, otherwise, 1);
  if (refuseSeconds <= refreshSeconds)
    throw new UsageError(
      `--refuse-after ${JSON.stringify(refuseAfter)}: must be more than the ${refreshSeconds} s between two loads (--refresh-every)`,
    );
  return Math.min(otherwise, refuseSeconds);
}

function factsOf(flags: RehearseFlags): Facts {
  const loadSeconds = secondsOf("--load-time", flags["load-time"], 60, 1);
  const refreshSeconds = secondsOf("--refresh-every", flags["refresh-every"], Math.max(60, 2 * loadSeconds), 1_000);
  const whole = (option: "slow" | "nodes" | "requests", otherwise: number, most: number): number =>
    flags[option] === undefined ? otherwise : wholeOf(`--${option}`, flags[option], 1, most);
  return {
    loadSeconds,
    refreshSeconds,
    staleSeconds: staleOf(flags["refuse-after"], 2 * refreshSeconds + Math.ceil(1.2 * loadSeconds) + 5, refreshSeconds),
    slowFactor: whole("slow", 3, 100),
    isSlowAsked: flags.slow !== undefined,
    outageSeconds: secondsOf("--outage", flags.outage, 3_600, 60_000),
    stallSeconds: secondsOf("--stall", flags.stall, 20, 1_000),
    nodes: whole("nodes", 3, 1_000),
    requestsPerSecond: whole("requests", 100, 1_000_000),
    keptShare: flags.kept === undefined ? 0 : wholeOf("--kept", flags.kept.replace(/%$/, ""), 0, 100) / 100,
    seed: flags.seed === undefined ? 1 : wholeOf("--seed", flags.seed, 0, Number.MAX_SAFE_INTEGER),
  };
}

/** What is played: the numbers of the file, and of the service what the options say. */
function specOf(workload: Workload, flags: RehearseFlags, facts: Facts): Rehearsal["spec"] {
  const refuse = flags["refuse-after"];
  const refuseAfterSeconds =
    refuse === "never" || (refuse === undefined && !workload.ours)
      ? null
      : secondsOf("--refuse-after", refuse, facts.staleSeconds, 1);
  return {
    ...workload.spec,
    drainSeconds: secondsOf("--drain", flags.drain, workload.ours ? OUR_DRAIN_SECONDS : 0, 0),
    refuseAfterSeconds,
  };
}
