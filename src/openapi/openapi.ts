import { registryOf } from "../health/registry.ts";
import type { Health } from "../handler/health.ts";
import type { Probe, Route } from "../answer/paths.ts";

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
  for (const route of new Set(health.routes.values())) paths[route.path] = pathItemOf(route);
  return paths;
}

function pathItemOf({ probe, headers, path }: Route): Record<string, unknown> {
  const { summary, description, ok, refused } = TEXTS[probe];
  const operation = (method: "get" | "head"): object => ({
    summary: method === "get" ? summary : `${summary}, headers only`,
    description,
    operationId: `${method}_${path.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_/, "")}`,
    tags: ["health"],
    security: [],
    ...(headers?.["deprecation"] && { deprecated: true }),
    responses: {
      "200": responseOf(method, ok),
      "503": {
        ...responseOf(method, refused),
        headers: {
          "retry-after": {
            description: "Seconds until it is worth asking again.",
            schema: { type: "integer", minimum: 1 },
          },
        },
      },
    },
  });
  return { get: operation("get"), head: operation("head") };
}

function responseOf(method: "get" | "head", description: string): object {
  return {
    description,
    ...(method === "get" && { content: { "text/plain": { schema: { type: "string" } } } }),
  };
}
