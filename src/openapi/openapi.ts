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
      "Whether this instance should get traffic: 200 once its data is loaded and young enough, 503 while it is " +
      "not, and while the instance drains. For what routes: a Kubernetes readinessProbe, or a load balancer's " +
      "health check. Do not use it as a livenessProbe: an instance that is still loading would be restarted " +
      "before it can finish.",
    ok: "The data is loaded and young enough to serve.",
    refused: "The data is not loaded, or too old, or the instance is draining.",
  },
  liveness: {
    summary: "Liveness",
    description:
      "Whether this process works: 200 as long as it can answer HTTP. Its data do not count. For what restarts or " +
      "replaces: a Kubernetes livenessProbe, a container's health check. It never looks at data, so a slow load or a " +
      "source that is down restarts nothing.",
    ok: "The process answers.",
    refused: "A loop of the application has not checked in for too long.",
  },
  startup: {
    summary: "Startup",
    description:
      "Whether this instance has finished starting: 503 until everything it needs has loaded once, and 200 from " +
      "then on, however old the data becomes. For what waits for the start: a Kubernetes startupProbe.",
    ok: "Everything has loaded once.",
    refused: "Something has not loaded yet.",
  },
};

/**
 * Returns the OpenAPI 3.1 `paths` of the probes, for the OpenAPI document of your service. It lists the words of each
 * probe, with an example for each state. It describes the detailed forms if `details` allows them to anybody.
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

/** The letters and digits of a path, as an identifier. A number is added if the identifier is in use. */
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
    description: "The worst state of what this instance needs.",
    schema: { type: "string", enum: [...STATES] },
  },
});

const retryHeader = (): object => ({
  "retry-after": { description: "Seconds until it is worth asking again.", schema: { type: "integer", minimum: 1 } },
});
