import type { Health } from "../handler/health.ts";
import type { Probe, Route } from "../answer/paths.ts";
import { OUTCOMES } from "../answer/words.ts";
import { internalsOf } from "../handler/internals.ts";
import type { ProbeOutcome } from "../health/verdict.ts";
import { STATES } from "../state/state.ts";
import { contentOf, verboseParameter } from "./content.ts";

/** An OpenAPI 3.1 paths object. Its type is loose, because each OpenAPI tool has its own types. */
export type OpenApiPaths = Record<string, Record<string, unknown>>;

const TEXTS: {
  readonly [P in Probe]: {
    readonly summary: string;
    readonly description: string;
    readonly ok: string;
    readonly refused: string;
  };
} = {
  readiness: {
    summary: "Readiness",
    description:
      "Whether this instance should get traffic: 200 if its data is loaded and not too old. Otherwise, and while the " +
      "instance drains, 503. Use it as a Kubernetes readinessProbe, or as the health check of a load balancer. Do " +
      "not use it as a livenessProbe, because Kubernetes would restart an instance that is still loading.",
    ok: "The data is loaded and not too old.",
    refused: "The data is not loaded or is too old, or the instance drains.",
  },
  liveness: {
    summary: "Liveness",
    description:
      "Whether this process works: 200 as long as it can answer HTTP and no heartbeat is overdue. Use it as a " +
      "Kubernetes livenessProbe, or as the health check of a container. Data does not count, so a slow load or a " +
      "source that is down restarts nothing.",
    ok: "The process works.",
    refused: "A heartbeat of the application is overdue.",
  },
  startup: {
    summary: "Startup",
    description:
      "Whether this instance has finished starting: 503 until every required resource has loaded once. From then " +
      "on 200, even if the data becomes old. Use it as a Kubernetes startupProbe.",
    ok: "Every required resource has loaded once.",
    refused: "A required resource has not loaded yet.",
  },
};

/**
 * Returns the OpenAPI 3.1 `paths` of the probes, for the OpenAPI document of your service. It lists the words of each
 * probe, with an example for each state. It describes the detailed forms only if the health has the option `details`,
 * and not for `details("never")`.
 *
 * @throws TypeError if `health` is not a health of `createHealth()`
 * @example
 * const document = { ...base, paths: { ...base.paths, ...openapi(health) } };
 */
export function openapi(health: Health): OpenApiPaths {
  const { registry, routes, details } = internalsOf(health);
  const hasDetails = details?.isOffered === true;
  const wordOf = (outcome: ProbeOutcome): string => registry.words[outcome];
  const paths: OpenApiPaths = {};
  const ids = new Set<string>();
  for (const route of new Set(routes.values()))
    paths[route.path] = pathItemOf(route, idOf(route.path, ids), wordOf, hasDetails);
  return paths;
}

/** Converts a path to an identifier of letters and digits. If it is in use already, adds a number. */
function idOf(path: string, taken: Set<string>): string {
  const plain = path.slice(1).replace(/[^A-Za-z0-9]+/g, "_");
  let id = plain;
  for (let n = 2; taken.has(id); n++) id = `${plain}_${n}`;
  taken.add(id);
  return id;
}

function pathItemOf(
  { probe, headers: marks }: Route,
  id: string,
  wordOf: (outcome: ProbeOutcome) => string,
  hasDetails: boolean,
): Record<string, unknown> {
  const { summary, description, ok, refused } = TEXTS[probe];
  const operation = (method: "get" | "head"): object => {
    const responseOf = (status: 200 | 503, more?: object): object => {
      const outcomes = OUTCOMES[probe].filter((outcome) => (outcome === "ok") === (status === 200));
      return {
        description: status === 200 ? ok : refused,
        headers: { ...(probe !== "liveness" && stateHeader()), ...more },
        ...(method === "get" && { content: contentOf(probe, outcomes, wordOf, hasDetails) }),
      };
    };
    return {
      summary: method === "get" ? summary : `${summary}, headers only`,
      description,
      operationId: `${method}_${id}`,
      tags: ["health"],
      security: [],
      ...(hasDetails && { parameters: [verboseParameter()] }),
      ...(marks?.["deprecation"] && { deprecated: true }),
      responses: { "200": responseOf(200), "503": responseOf(503, retryHeader()) },
    };
  };
  return { get: operation("get"), head: operation("head") };
}

// Created each time, because YAML writes an object that occurs twice with references.
const stateHeader = (): object => ({
  "health-state": {
    description: "The worst state of the required resources.",
    schema: { type: "string", enum: [...STATES] },
  },
});

const retryHeader = (): object => ({
  "retry-after": {
    description: "The number of seconds to wait before the next request.",
    schema: { type: "integer", minimum: 1 },
  },
});
