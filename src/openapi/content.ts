import type { Probe } from "../answer/paths.ts";
import type { ProbeOutcome } from "../health/verdict.ts";

/** A situation that a probe can be asked in, what it is answered then, and a sentence about it. */
type Situation = readonly [name: string, outcome: ProbeOutcome, summary: string];

/** One example for each state, and for each thing that is no state. */
const SITUATIONS: { readonly [P in Probe]: readonly Situation[] } = {
  readiness: [
    ["READY", "ok", "The data is loaded and young."],
    ["STALE", "ok", "The data is old, but not too old to serve."],
    ["NOT_LOADED", "notLoaded", "Nothing is loaded."],
    ["LOADING", "notLoaded", "The first load is running."],
    ["TOO_OLD", "stale", "The data is too old to serve."],
    ["DRAINING", "draining", "The instance is going away."],
  ],
  liveness: [
    ["ALIVE", "ok", "The process answers."],
    ["WEDGED", "wedged", "A loop of the application has not checked in for too long."],
  ],
  startup: [
    ["STARTED", "ok", "Everything has loaded once."],
    ["NOT_LOADED", "notLoaded", "Nothing is loaded."],
    ["LOADING", "notLoaded", "The first load is running."],
  ],
};

/** The body of one response: the words by name, and the detailed forms if somebody may have them. */
export function contentOf(
  probe: Probe,
  outcomes: readonly ProbeOutcome[],
  wordOf: (outcome: ProbeOutcome) => string,
  hasDetails: boolean,
): object {
  const words = { type: "string", enum: outcomes.map(wordOf) };
  const examples = Object.fromEntries(
    SITUATIONS[probe]
      .filter(([, outcome]) => outcomes.includes(outcome))
      .map(([name, outcome, summary]) => [name, { summary, value: wordOf(outcome) }]),
  );
  if (!hasDetails) return { "text/plain": { schema: words, examples } };
  // Liveness knows nothing of data, so nothing is old.
  const passed = probe === "liveness" ? ["pass"] : ["pass", "warn"];
  const statuses = outcomes.includes("ok") ? passed : ["fail"];
  return {
    "text/plain": { schema: { anyOf: [words, verboseText()] }, examples },
    "application/health+json": { schema: healthJson(statuses) },
    "application/json": { schema: healthJson(statuses) },
  };
}

/** How the verbose text is asked for. */
export function verboseParameter(): object {
  return {
    name: "verbose",
    in: "query",
    description: "Asks for a line per resource instead of the word. The status is the same.",
    required: false,
    allowEmptyValue: true,
    schema: { type: "string" },
  };
}

// Each is made anew each time: a document with one object in two places is written with references in YAML.

function verboseText(): object {
  return {
    type: "string",
    description: "With `?verbose`, for callers who may have details: a line per resource, the worst first.",
    pattern: "check (passed|failed)\n$",
  };
}

function healthJson(statuses: readonly string[]): object {
  return {
    type: "object",
    description: "The health+json form, for callers who may have details.",
    required: ["status", "checks"],
    properties: {
      status: { type: "string", enum: [...statuses] },
      output: { type: "string", description: "Why, where no check says so." },
      checks: {
        type: "object",
        description: "A list with one check for each resource or heartbeat, the worst first.",
        additionalProperties: { type: "array", items: { type: "object" } },
      },
      omitted: { type: "integer", minimum: 1, description: "How many checks are left out, because there are many." },
    },
  };
}
