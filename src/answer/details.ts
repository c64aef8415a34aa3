import type { Registry } from "../health/registry.ts";
import { contain, type Snapshot } from "../resource/event.ts";
import { refuse } from "../state/refusal.ts";
import { STATES } from "../state/state.ts";
import { answerOf, type Answer, type Ruling } from "./answer.ts";
import { toHealthJson } from "./health-json.ts";
import { toVerboseText } from "./verbose-text.ts";

/** Who may have details: nobody, anybody, or whom the predicate answers with the value `true`. */
export type DetailsLeave = "never" | "always" | ((request: Request) => boolean);

/** What a form is made from. The worst comes first. */
export interface Report {
  readonly ruling: Ruling;
  readonly resources: readonly Reported[];
  /** Overdue or not, by name. */
  readonly heartbeats: readonly (readonly [name: string, overdue: boolean])[];
}

/** One resource in a report, with its limits in ms. */
export interface Reported {
  readonly snapshot: Snapshot;
  readonly refused: boolean;
  readonly limits: { readonly refreshEvery: number; readonly staleAfter: number; readonly refuseAfter: number };
}

/** How a request asks for details. */
export interface DetailsRequest {
  readonly target: string;
  readonly accept: string | null | undefined;
  /** The request as a web Request; built only when details are asked for. */
  request(): Request;
}

/** Gives the answer in the form that was asked for, or `undefined` for the plain word. Made by `details()`. */
export type Details = (registry: Registry, ruling: () => Ruling, asked: DetailsRequest) => Answer | undefined;

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
  return (registry, ruling, asked) => {
    const type = formOf(asked);
    if (type === undefined || !allows(leave, asked)) return undefined;
    const report = reportOf(registry, ruling());
    return answerOf(report.ruling, type === TEXT ? toVerboseText(report) : toHealthJson(report), type);
  };
}

const TEXT = "text/plain; charset=utf-8";

function formOf({ target, accept }: DetailsRequest): string | undefined {
  const types = (accept ?? "").split(",").map((type) => type.split(";", 1)[0]?.trim().toLowerCase());
  if (!["text/plain", "text/*", "*/*"].some((type) => types.includes(type)))
    for (const type of ["application/health+json", "application/json"]) if (types.includes(type)) return type;
  return /^[^?#]*\?(?:[^#]*&)?verbose(?:[=&#]|$)/.test(target) ? TEXT : undefined;
}

function allows(leave: DetailsLeave, asked: DetailsRequest): boolean {
  if (typeof leave !== "function") return leave === "always";
  try {
    const answer: unknown = leave(asked.request());
    contain(answer);
    return answer === true;
  } catch {
    return false;
  }
}

function reportOf(registry: Registry, ruling: Ruling): Report {
  const resources = [...registry.seats.values()]
    .map(({ core }): Reported => {
      const snapshot = core.snapshot();
      const { limits } = core;
      return { snapshot, limits, refused: snapshot.age === undefined || snapshot.age > limits.refuseAfter };
    })
    .sort((one, other) => badness(one) - badness(other));
  return {
    ruling,
    resources: ruling.probe === "liveness" ? [] : resources,
    heartbeats: [...(registry.heartbeats ?? [])].map(([name, overdue]) => [name, overdue()]),
  };
}

/** The worst is the smallest: required before informative, then by state, refused before served. */
function badness({ snapshot, refused }: Reported): number {
  return STATES.indexOf(snapshot.state) * 4 + (refused ? 0 : 2) + (snapshot.required ? 0 : 1);
}
