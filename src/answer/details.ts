import type { Registry } from "../health/registry.ts";
import { contain } from "../resource/event.ts";
import type { Snapshot } from "../resource/snapshot.ts";
import { refuse } from "../state/refusal.ts";
import { STATES, type State } from "../state/state.ts";
import type { Verdict } from "../health/verdict.ts";
import { answerOf, type Answer } from "./answer.ts";
import { toHealthJson } from "./health-json.ts";
import type { Probe } from "./paths.ts";
import { toVerboseText } from "./verbose-text.ts";

/** Who may have details: nobody, anybody, or whom the predicate answers with the value `true`. */
export type DetailsLeave = "never" | "always" | ((request: Request) => boolean);

/** What a form is made from. The worst comes first. */
export interface Report {
  readonly probe: Probe;
  readonly verdict: Verdict;
  readonly resources: readonly Reported[];
  /** Overdue or not, by name, the overdue first; for liveness alone. */
  readonly heartbeats: readonly (readonly [name: string, overdue: boolean])[];
}

/** One resource in a report. */
export interface Reported {
  readonly name: string;
  readonly state: State;
  readonly required: boolean;
  readonly refused: boolean;
  /** What is known of it, its limits in ms; nothing of one that is expected and that nobody registered. */
  readonly facts?: {
    readonly snapshot: Snapshot;
    /** How long the longest load took that gave a value, in ms. */
    readonly longestLoad: number;
    readonly limits: { readonly refreshEvery: number; readonly staleAfter: number; readonly refuseAfter: number };
  };
}

/** How an adapter reads a request of its platform; see `Health.ask`. */
export interface Platform<R> {
  /** The `accept` header. */
  accept(raw: R): string | null | undefined;
  /** The request as a web Request; called only when details are asked for. */
  request(raw: R): Request;
}

/** Gives the answer in the form that was asked for, or `undefined` for the plain word. Made by `details()`. */
export type Details = <R>(
  registry: Registry,
  probe: Probe,
  target: string,
  raw: R,
  platform: Platform<R>,
) => Answer | undefined;

/**
 * The detailed forms, for `createHealth({ details: details("always") })`: `?verbose` gives a line per
 * resource, `accept: application/health+json` (or `application/json`) gives JSON. The status code is
 * the same at every level of detail. JSON holds error texts: give leave to whom you trust.
 *
 * @param leave who may have them. A predicate that throws, or returns anything but `true`, says no.
 * @throws TypeError for anything else
 */
export function details(leave: DetailsLeave): Details {
  if (leave !== "never" && leave !== "always" && typeof leave !== "function")
    refuse("details", leave, '"never", "always" or a function of the Request');
  return (registry, probe, target, raw, platform) => {
    const type = formOf(target, platform.accept(raw));
    if (type === undefined || !allows(leave, () => platform.request(raw))) return undefined;
    const report = reportOf(registry, probe);
    const body = type === TEXT ? toVerboseText(report) : toHealthJson(report);
    return answerOf(probe, report.verdict, body, type, new TextEncoder().encode(body).length);
  };
}

const TEXT = "text/plain; charset=utf-8";

function formOf(target: string, accept: string | null | undefined): string | undefined {
  const types = (accept ?? "").split(",").map((type) => type.split(";", 1)[0]?.trim().toLowerCase());
  if (!["text/plain", "text/*", "*/*"].some((type) => types.includes(type)))
    for (const type of ["application/health+json", "application/json"]) if (types.includes(type)) return type;
  return /^[^?#]*\?(?:[^#]*&)?verbose(?:[=&#]|$)/.test(target) ? TEXT : undefined;
}

function allows(leave: DetailsLeave, request: () => Request): boolean {
  if (typeof leave !== "function") return leave === "always";
  try {
    const answer: unknown = leave(request());
    contain(answer);
    return answer === true;
  } catch {
    return false;
  }
}

/** Liveness knows nothing of data, and the others nothing of heartbeats. */
function reportOf(registry: Registry, probe: Probe): Report {
  const verdict = registry[probe]();
  if (probe === "liveness") {
    const heartbeats = [...(registry.heartbeats ?? [])].map(([name, overdue]) => [name, overdue()] as const);
    return {
      probe,
      verdict,
      resources: [],
      heartbeats: heartbeats.sort(([, one], [, other]) => Number(other) - Number(one)),
    };
  }
  const { cores, expected } = registry;
  const absent = [...expected].filter((name) => !cores.has(name));
  const missing = absent.map((name): Reported => ({
    name,
    state: "NOT_LOADED",
    required: true,
    refused: true,
  }));
  const registered = [...cores.values()].map((core): Reported => {
    const snapshot = core.snapshot();
    const { limits, longestLoad } = core;
    const { name, state, required, age } = snapshot;
    return {
      name,
      state,
      required,
      refused: age === undefined || age > limits.refuseAfter,
      facts: { snapshot, limits, longestLoad },
    };
  });
  return {
    probe,
    verdict,
    resources: [...missing, ...registered].sort((one, other) => badness(one) - badness(other)),
    heartbeats: [],
  };
}

/** The worst is the smallest: what bears on the verdict before what informs, refused before served, then by state. */
function badness({ state, required, refused }: Reported): number {
  return (required ? 0 : 100) + (refused ? 0 : 10) + STATES.indexOf(state);
}
