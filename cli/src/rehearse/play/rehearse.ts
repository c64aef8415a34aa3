import { simulate, type SimulationResult, type Setup } from "../../simulate/index.ts";
import type { Facts, Spec, Workload } from "../model/spec.ts";
import type { Around, Candidate, Change } from "./change.ts";
import { checkCandidates } from "./check-change.ts";
import { kubernetesCandidates } from "./kubernetes-change.ts";
import { serviceCandidates } from "./service-change.ts";
import { TROUBLES, type Trouble } from "./trouble.ts";
import { verdictOf, type Verdict } from "./verdict.ts";

/** The outcome of one trouble. */
export interface Play extends SimulationResult {
  readonly verdict: Verdict;
  readonly setup: Setup;
}

/** One trouble, with the outcomes before and after the changes. */
export interface Rehearsed {
  readonly trouble: string;
  /** A short description of the trouble. */
  readonly what: string;
  readonly isStart: boolean;
  readonly before: Play;
  /** The outcome after the changes. Missing without changes. */
  readonly after?: Play;
  /** The indexes of the changes that this trouble needs. */
  readonly changes: readonly number[];
}

/** A workload with the outcome of every trouble. */
export interface Rehearsal {
  readonly workload: Workload;
  readonly facts: Facts;
  readonly spec: Spec;
  /** The workload after all changes. */
  readonly changed: Spec;
  readonly troubles: readonly Rehearsed[];
  readonly changes: readonly Change[];
}

/** The options of a rehearsal. */
export interface RehearseOptions {
  /** Called from time to time with the finished share of the work, 0 to 1. */
  readonly onProgress?: ((share: number) => Promise<void> | void) | undefined;
}

/** Simulates a workload under each trouble, finds changes that help, and simulates it again with all of them. */
export async function rehearse(
  workload: Workload,
  spec: Spec,
  facts: Facts,
  { onProgress }: RehearseOptions = {},
): Promise<Rehearsal> {
  const troubles = TROUBLES.filter(({ concerns }) => concerns(workload));
  const steps = 3 * troubles.length;
  let step = 0;
  const played = async (trouble: Trouble, next: Spec, kind: "step" | "trial"): Promise<Play> => {
    const done = step;
    const result = await play(trouble, next, facts, (share) =>
      onProgress?.((done + (kind === "step" ? share : 0)) / steps),
    );
    if (kind === "step") step += 1;
    return result;
  };
  const before: Play[] = [];
  for (const trouble of troubles) before.push(await played(trouble, spec, "step"));
  const isWarned = before[0]?.verdict.rating === "good" && facts.isSlowAsked !== true;
  const changes: Change[] = [];
  const asked = troubles.map((): number[] => []);
  let changed = spec;
  for (const [index, trouble] of troubles.entries()) {
    step = troubles.length + index;
    if (before[index]?.verdict.rating === "good") continue;
    let best = changed === spec ? before[index] : await played(trouble, changed, "trial");
    while (best && best.verdict.badness > 0) {
      const around: Around = { workload, spec: changed, facts };
      const found = await bestOf(candidatesOf(around), best, (next) => played(trouble, next, "trial"));
      if (!found) break;
      best = found.play;
      changed = found.candidate.spec;
      for (const change of found.candidate.changes) {
        asked[index]?.push(changes.length);
        changes.push(change);
      }
    }
  }
  step = 2 * troubles.length;
  const rehearsed: Rehearsed[] = [];
  for (const [index, trouble] of troubles.entries()) {
    const first = before[index];
    if (!first) continue;
    const after = changed === spec ? undefined : await played(trouble, changed, "step");
    rehearsed.push({
      trouble: trouble.name,
      what: trouble.what(spec, facts),
      isStart: trouble.isStart,
      before: isWarned ? warnedOf(trouble, first) : first,
      ...(after && { after: isWarned ? warnedOf(trouble, after) : after }),
      changes: asked[index] ?? [],
    });
  }
  return { workload, facts, spec, changed, troubles: rehearsed, changes };
}

/** A load that takes longer than the user said is a warning, because probes are made for the time that was said. */
function warnedOf({ name }: Trouble, played: Play): Play {
  const { verdict } = played;
  if (name !== "slow load" || verdict.rating !== "bad") return played;
  return { ...played, verdict: { ...verdict, rating: "warning" } };
}

function candidatesOf(around: Around): readonly Candidate[] {
  return [...kubernetesOf(around), ...checkCandidates(around), ...serviceCandidates(around)];
}

function kubernetesOf(around: Around): readonly Candidate[] {
  return around.workload.platform === "kubernetes" ? kubernetesCandidates(around) : [];
}

/** Returns the first candidate with a good outcome, or else the one that helps most. */
async function bestOf(
  candidates: readonly Candidate[],
  before: Play,
  played: (spec: Spec) => Promise<Play>,
): Promise<{ readonly candidate: Candidate; readonly play: Play } | undefined> {
  let best: { readonly candidate: Candidate; readonly play: Play } | undefined;
  for (const candidate of candidates) {
    const next = await played(candidate.spec);
    if (next.verdict.badness >= (best?.play ?? before).verdict.badness) continue;
    best = { candidate, play: next };
    if (next.verdict.badness === 0) break;
  }
  return best;
}

/** Simulates one trouble. */
export async function play(
  trouble: Trouble,
  spec: Spec,
  facts: Facts,
  onProgress: (share: number) => Promise<void> | void,
): Promise<Play> {
  const setup = trouble.setup(spec, facts);
  const result = await simulate(setup, { seed: facts.seed, onProgress });
  return { ...result, setup, verdict: verdictOf(result.figures, setup, trouble.isStart) };
}
