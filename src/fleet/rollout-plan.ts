import { propertyOf } from "../option/invalid-option.ts";
import { hashOf } from "./hash.ts";
import { toJson } from "./to-json.ts";

/** The shared state of the revisions of one resource. It is a note with JSON. */
export interface RolloutPlan {
  /** The revision that every replica may load. */
  readonly stable?: string | undefined;
  /** The revision that the source offered to the first replica of a new group. It counts until `stable` is known. */
  readonly assumed?: string | undefined;
  /** The revision that some replicas try. */
  readonly trial?: RolloutTrial | undefined;
  /** The revisions that the whole fleet has rejected, the newest last. */
  readonly refused: readonly RefusedRevision[];
  /** How often `retryRevision()` was called for each rejected revision. */
  readonly retries?: Readonly<Record<string, number>>;
}

/** A revision that some replicas try. */
export interface RolloutTrial {
  /** The revision, as the loader names it. */
  readonly revision: string;
  /** The number of completed steps. 0 while the first replicas try the revision. */
  readonly step: number;
  /** When the last replica of this step had loaded the revision, in ms on the clock of the store. */
  readonly wellSince?: number | undefined;
}

/** The reason why the fleet has rejected a revision. */
export interface RefusedRevision {
  /** The revision, as the loader names it. */
  readonly revision: string;
  /** The replica in which the revision failed. */
  readonly replica: string;
  /** `rejected` if `validate` rejected the revision. `failed` if the option `ok` of `rollout()` rejected it. */
  readonly how: "rejected" | "failed";
}

/** The facts about one replica that a plan uses. */
export interface RolloutMember {
  readonly replica: string;
  readonly held: string | undefined;
  /** The revision that failed in this replica, the reason, and the number of retries before. */
  readonly bad?: { readonly revision: string; readonly how: "rejected" | "failed"; readonly retry: number } | undefined;
  /** Whether the value was loaded while the store was gone. */
  readonly free: boolean;
}

/** The speed of a rollout. */
export interface RolloutRules {
  readonly first: number;
  readonly percent: number;
  readonly soakMs: number;
}

/** The input for the next plan. */
export interface RolloutLook {
  readonly members: readonly RolloutMember[];
  readonly nowMs: number;
  /** The revision of the source, if this replica has just asked for it. */
  readonly announced: string | undefined;
}

const MOST_REFUSED = 16;

/**
 * Parses a plan from the text of its note. Returns `undefined` if it is not a plan. It drops what is not valid, because
 * another version or another client may have written the note.
 */
export function toPlan(text: string): RolloutPlan | undefined {
  const json = toJson(text);
  const refused = propertyOf(json, "refused");
  if (!Array.isArray(refused)) return undefined;
  const stable = propertyOf(json, "stable");
  const assumed = propertyOf(json, "assumed");
  const trial = toTrial(propertyOf(json, "trial"));
  const retries = toRetries(propertyOf(json, "retries"));
  return {
    refused: refused.flatMap(toRefused),
    ...(typeof stable === "string" && { stable }),
    ...(typeof assumed === "string" && { assumed }),
    ...(trial && { trial }),
    ...(retries && { retries }),
  };
}

function toTrial(json: unknown): RolloutTrial | undefined {
  const revision = propertyOf(json, "revision");
  const step = propertyOf(json, "step");
  const wellSince = propertyOf(json, "wellSince");
  if (typeof revision !== "string" || typeof step !== "number") return undefined;
  return { revision, step, ...(typeof wellSince === "number" && { wellSince }) };
}

function toRefused(json: unknown): readonly RefusedRevision[] {
  const revision = propertyOf(json, "revision");
  const replica = propertyOf(json, "replica");
  if (typeof revision !== "string" || typeof replica !== "string") return [];
  return [{ revision, replica, how: propertyOf(json, "how") === "failed" ? "failed" : "rejected" }];
}

function toRetries(json: unknown): RolloutPlan["retries"] {
  if (typeof json !== "object" || json === null) return undefined;
  return Object.fromEntries(
    Object.entries(json).flatMap(([revision, times]: [string, unknown]) =>
      typeof times === "number" ? [[revision, times]] : [],
    ),
  );
}

/** Returns the next plan from the state of all replicas. Returns the same object if nothing changed. */
export function stepPlan(before: RolloutPlan | undefined, look: RolloutLook, rules: RolloutRules): RolloutPlan {
  let plan = before ?? { refused: [] };
  const { members, announced } = look;
  if (plan.stable === undefined) {
    // The group is new or was lost, so the revisions of its replicas count as rolled out.
    const stable = stableOf(plan, members, announced);
    if (stable !== undefined) plan = { ...plan, stable, assumed: undefined };
  }
  // A revision that was loaded while the store was gone counts as rolled out.
  const free = members.find(({ free: isFree, held }) => isFree && held !== undefined && held !== plan.stable)?.held;
  if (free !== undefined)
    plan = { ...plan, stable: free, trial: plan.trial?.revision === free ? undefined : plan.trial };
  const tried = plan.trial?.revision;
  const retries = tried === undefined ? 0 : retriesOf(plan, tried);
  const bad = members.find((member) => member.bad?.revision === tried && member.bad?.retry === retries);
  if (plan.trial && bad?.bad) {
    const { revision, how } = bad.bad;
    const refused = [...plan.refused, { revision, replica: bad.replica, how }].slice(-MOST_REFUSED);
    plan = { ...plan, refused, trial: undefined };
  }
  if (announced !== undefined) plan = withAnnounced(plan, announced);
  return plan.trial ? withProgress(plan, plan.trial, look, rules) : plan;
}

/** Returns the number of retries of a revision. */
export function retriesOf(plan: RolloutPlan | undefined, revision: string): number {
  // A revision may have the name of a property that every object has.
  return plan?.retries && Object.hasOwn(plan.retries, revision) ? (plan.retries[revision] ?? 0) : 0;
}

/**
 * Returns the first plan while the store may not know all replicas: in a new group, or after a flush. If no known
 * replica has a value, the announced revision is assumed to be rolled out. It is only assumed, because a replica that
 * the store does not know yet may have another one. Otherwise returns `undefined`.
 */
export function foundingPlan(
  held: readonly (string | undefined)[],
  announced: string | undefined,
): RolloutPlan | undefined {
  const isNew = held.every((revision) => revision === undefined);
  return isNew && announced !== undefined ? { refused: [], assumed: announced } : undefined;
}

/** Returns the revision that most replicas have. `undefined` as long as that is unknown. */
export function stableOf(
  plan: RolloutPlan,
  members: readonly RolloutMember[],
  announced: string | undefined,
): string | undefined {
  const counts = new Map<string, number>();
  for (const { held } of members) if (held !== undefined) counts.set(held, (counts.get(held) ?? 0) + 1);
  if (counts.size === 0) return plan.assumed ?? announced;
  const most = Math.max(...counts.values());
  const [one, ...others] = [...counts.keys()].filter((revision) => counts.get(revision) === most);
  // A revision that only a few replicas have may be on trial. If two revisions have equally many replicas, the
  // announced one is the new one.
  return others.length === 0
    ? one
    : announced === undefined
      ? undefined
      : [one, ...others].find((it) => it !== announced);
}

/** Starts to try a new revision, unless it is already rolled out, tried or rejected. */
function withAnnounced(plan: RolloutPlan, announced: string): RolloutPlan {
  if (announced === plan.trial?.revision) return plan;
  if (announced === plan.stable || isRefused(plan, announced)) return plan.trial ? { ...plan, trial: undefined } : plan;
  return { ...plan, trial: { revision: announced, step: 0 } };
}

function withProgress(plan: RolloutPlan, trial: RolloutTrial, look: RolloutLook, rules: RolloutRules): RolloutPlan {
  const { members, nowMs } = look;
  const allowed = allowedAt(trial.step, members.length, rules);
  const takers = members.filter(({ held }) => held === trial.revision).length;
  if (takers < allowed || allowed === 0)
    return trial.wellSince === undefined ? plan : { ...plan, trial: { ...trial, wellSince: undefined } };
  if (trial.wellSince === undefined) return { ...plan, trial: { ...trial, wellSince: nowMs } };
  if (nowMs - trial.wellSince < rules.soakMs) return plan;
  if (allowed === members.length) return { ...plan, stable: trial.revision, trial: undefined };
  return { ...plan, trial: { revision: trial.revision, step: trial.step + 1 } };
}

/** Returns how many members may load a revision after a number of steps. */
export function allowedAt(step: number, members: number, { first, percent }: RolloutRules): number {
  return Math.min(members, first + step * Math.max(1, Math.floor((percent * members) / 100)));
}

/** Whether the fleet has rejected a revision. */
export function isRefused(plan: RolloutPlan | undefined, revision: string): boolean {
  return plan?.refused.some((one) => one.revision === revision) ?? false;
}

/** Whether a replica may load a revision now. */
export function mayTake(
  plan: RolloutPlan,
  revision: string,
  replica: string,
  group: { readonly members: readonly RolloutMember[]; readonly rules: RolloutRules },
): boolean {
  if (revision === plan.stable) return true;
  if (revision !== plan.trial?.revision) return false;
  const names = group.members.map((member) => member.replica);
  const all = names.includes(replica) ? names : [...names, replica];
  const mine = hashOf(`${replica}\n${revision}`);
  const before = all.filter((one) => isBefore(one, hashOf(`${one}\n${revision}`), replica, mine)).length;
  return before < allowedAt(plan.trial.step, all.length, group.rules);
}

function isBefore(one: string, hash: number, other: string, otherHash: number): boolean {
  return hash < otherHash || (hash === otherHash && one < other);
}
