import type { Figures } from "../../simulate/index.ts";
import type { Play, Rehearsed } from "../play/rehearse.ts";
import { spanText } from "../play/trouble.ts";

const BAD = ["stalled", "unloaded", "lost", "refused"] as const;

/** The name of each outcome. */
const WORDS = {
  stale: "answered from stale data",
  stalled: "kept waiting",
  unloaded: "sent to a replica without data",
  lost: "lost",
  refused: "refused, because no replica was available",
} as const;

/** Describes a result in clauses, separately before, during and after the trouble. */
export function sentenceOf({ isStart }: Pick<Rehearsed, "isStart">, { figures, verdict, setup }: Play): string {
  if (verdict.rating === "late") return "the service was not ready before this: see the cold start";
  return isStart ? startSentence(figures, setup) : troubleSentence(figures, setup.replicas);
}

/** Without a readiness check, a replica gets requests as soon as it exists. */
function startSentence(figures: Figures, { router, load }: Play["setup"]): string {
  const { restarts, allReadySeconds, firstReadySeconds } = figures;
  const ready =
    firstReadySeconds === null
      ? "never ready"
      : allReadySeconds === null
        ? "never all ready"
        : router === "haproxy" && allReadySeconds < 0.9 * load.firstSeconds
          ? `all get requests after ${roundText(allReadySeconds)}, before the load ends, because HAProxy sends requests to a new server until a check fails`
          : `all ${router === "direct" ? "get requests" : "ready"} after ${roundText(allReadySeconds)}`;
  return [restartText(restarts), ready, ...outcomeClauses(figures.requests, ["unloaded", "lost"])].join(", ");
}

function troubleSentence({ phases }: Figures, replicas: number): string {
  const told = phases.filter(({ name }) => name !== "before");
  return told
    .map(({ name, restarts, fewestReady, noAnswerSeconds, requests }) => {
      const clauses = [
        ...(restarts > 0 ? [restartText(restarts)] : []),
        fewestReady === replicas ? `${replicas} of ${replicas} ready` : `at least ${fewestReady} of ${replicas} ready`,
        ...(noAnswerSeconds > 0 ? [`no replica available for ${roundText(noAnswerSeconds)}`] : []),
        ...outcomeClauses(requests, ["stale", ...BAD]),
      ];
      return `${name}: ${clauses.join(", ")}`;
    })
    .join("; ");
}

function restartText(restarts: number): string {
  return restarts === 0 ? "no restart" : `${restarts} restart${restarts === 1 ? "" : "s"}`;
}

function outcomeClauses(requests: Figures["requests"], outcomes: readonly (keyof typeof WORDS)[]): readonly string[] {
  const all = Object.values(requests).reduce((sum, count) => sum + count, 0);
  return outcomes
    .filter((outcome) => requests[outcome] >= 1)
    .map((outcome) => {
      const percent = (100 * requests[outcome]) / all;
      const share = percent < 0.1 ? "under 0.1 %" : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
      return `${share} of requests ${WORDS[outcome]}`;
    });
}

function roundText(seconds: number): string {
  if (seconds < 120) return spanText(Math.round(seconds));
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = whole % 60;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
