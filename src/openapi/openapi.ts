import { registryOf } from "../health/registry.ts";
import type { Health } from "../handler/health.ts";
import type { Probe, Route } from "../answer/paths.ts";
import { STATES } from "../state/state.ts";

/** An OpenAPI 3.1 paths object; kept loose, for the tools that take it have types of their own. */
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
      "Whether this process works: 200 as long as it can answer HTTP, whatever its data. For what restarts or " +
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
 * The OpenAPI 3.1 `paths` of the probes, to spread into a service's own document.
 *
 * @throws TypeError unless `health` is what `createHealth()` gave
 */
export function openapi(health: Health): OpenApiPaths {
  registryOf(health);
  const paths: OpenApiPaths = {};
  const ids = new Set<string>();
  for (const route of new Set(health.routes.values())) paths[route.path] = pathItemOf(route, idOf(route.path, ids));
  return paths;
}

/** What of a path an identifier can be made of; two paths that differ in the rest are numbered. */
function idOf(path: string, taken: Set<string>): string {
  const plain = path.slice(1).replace(/[^A-Za-z0-9]+/g, "_");
  let id = plain;
  for (let n = 2; taken.has(id); n++) id = `${plain}_${n}`;
  taken.add(id);
  return id;
}

function pathItemOf({ probe, headers: marks }: Route, id: string): Record<string, unknown> {
  const { summary, description, ok, refused } = TEXTS[probe];
  const operation = (method: "get" | "head"): object => {
    const responseOf = (text: string, more?: object): object => ({
      description: text,
      headers: { ...(probe !== "liveness" && stateHeader()), ...more },
      ...(method === "get" && { content: { "text/plain": { schema: { type: "string" } } } }),
    });
    return {
      summary: method === "get" ? summary : `${summary}, headers only`,
      description,
      operationId: `${method}_${id}`,
      tags: ["health"],
      security: [],
      ...(marks?.["deprecation"] && { deprecated: true }),
      responses: { "200": responseOf(ok), "503": responseOf(refused, retryHeader()) },
    };
  };
  return { get: operation("get"), head: operation("head") };
}

// Made anew each time: a document with one object in two places is written with references in YAML.
const stateHeader = (): object => ({
  "health-state": {
    description: "The worst state of what this instance needs.",
    schema: { type: "string", enum: [...STATES] },
  },
});

const retryHeader = (): object => ({
  "retry-after": { description: "Seconds until it is worth asking again.", schema: { type: "integer", minimum: 1 } },
});
