import type { Probe } from "../answer/paths.ts";
import type { ProbeOutcome } from "../health/verdict.ts";

/** A situation of a service, the result of a probe in it, and a sentence about it. */
type Situation = readonly [name: string, outcome: ProbeOutcome, summary: string];

/** One example for each state, and for each other situation, such as a drain. */
const SITUATIONS: { readonly [P in Probe]: readonly Situation[] } = {
  readiness: [
    ["READY", "ok", "The data is loaded and fresh."],
    ["STALE", "ok", "The data is stale, but not too old to serve."],
    ["NOT_LOADED", "notLoaded", "The data is not loaded."],
    ["LOADING", "notLoaded", "The first load is running."],
    ["TOO_OLD", "stale", "The data is too old to serve."],
    ["DRAINING", "draining", "The instance drains."],
  ],
  liveness: [
    ["ALIVE", "ok", "The process works."],
    ["WEDGED", "wedged", "A heartbeat of the application is overdue."],
  ],
  startup: [
    ["STARTED", "ok", "Every required resource has loaded once."],
    ["NOT_LOADED", "notLoaded", "The data is not loaded."],
    ["LOADING", "notLoaded", "The first load is running."],
  ],
};

/** Returns the content of one response: an example for each word, and the detailed forms if the health has them. */
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
  // Liveness does not depend on data, so it has no `warn` for stale data.
  const passed = probe === "liveness" ? ["pass"] : ["pass", "warn"];
  const statuses = outcomes.includes("ok") ? passed : ["fail"];
  return {
    "text/plain": { schema: { anyOf: [words, verboseText()] }, examples },
    "application/health+json": { schema: healthJson(statuses) },
    "application/json": { schema: healthJson(statuses) },
  };
}

/** Describes the query parameter `verbose`. */
export function verboseParameter(): object {
  return {
    name: "verbose",
    in: "query",
    description: "Returns a line for each resource instead of the word. The status is the same.",
    required: false,
    allowEmptyValue: true,
    schema: { type: "string" },
  };
}

// These functions create a new object each time, because YAML writes an object that occurs twice with references.

function verboseText(): object {
  return {
    type: "string",
    description: "With `?verbose`, if the caller may see details: a line for each resource, the worst first.",
    pattern: "check (passed|failed)\n$",
  };
}

function healthJson(statuses: readonly string[]): object {
  return {
    type: "object",
    description: "The form health+json, if the caller may see details.",
    required: ["status", "checks"],
    properties: {
      status: { type: "string", enum: [...statuses] },
      output: { type: "string", description: "The reason, if no check contains it." },
      checks: {
        type: "object",
        description: "A list with one check for each resource or heartbeat, the worst first.",
        additionalProperties: { type: "array", items: { type: "object" } },
      },
      omitted: { type: "integer", minimum: 1, description: "How many checks are left out, because there are many." },
    },
  };
}
