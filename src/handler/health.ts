import { METHOD_NOT_ALLOWED, NOT_FOUND, createTextAnswers, type Answer } from "../answer/answer.ts";
import type { Details, Platform } from "../answer/details.ts";
import { pathOf, PROBES, routesOf, type Paths, type Probe, type Route } from "../answer/paths.ts";
import { wordsOf, type Words } from "../answer/words.ts";
import { createRegistry } from "../health/create-registry.ts";
import { keepRegistry, type RegistryOptions } from "../health/registry.ts";
import type { Clock } from "../resource/clock.ts";
import type { Listener } from "../resource/event.ts";
import type { LoadContext, ResourceLimits, ResourceOptions } from "../resource/options.ts";
import type { Resource } from "../resource/resource.ts";
import { checkFunction } from "../state/refusal.ts";
import { toResponse } from "./response.ts";

/** What `createHealth()` takes. */
export interface HealthOptions extends RegistryOptions {
  /**
   * Where the probes answer; `zPages` is a preset.
   * @default `/status`, `/status/live`, `/status/startup`
   */
  readonly paths?: Partial<Paths>;
  /**
   * A prefix that the platform may leave in front of the paths, such as `"/ops"`.
   * @default none
   */
  readonly base?: string;
  /** Words of your own for the bodies. */
  readonly words?: Partial<Words>;
  /**
   * Who may have the detailed forms: `details("always")`, or `details((request) => …)`.
   * @default nobody
   */
  readonly details?: Details;
}

/** How a dependency is checked. */
export interface CheckOptions extends ResourceLimits {
  /** Succeeds, or throws, rejects or gives `false`. Runs on the library's schedule, never in a probe. */
  readonly run: (context: LoadContext) => unknown;
  /**
   * Whether readiness waits for it.
   * @default false
   */
  readonly required?: boolean;
}

/** The resources of a service, and the three probes over them. */
export interface Health extends AsyncDisposable {
  /**
   * Registers a resource. Only stores data, unless the health has been started: then it loads at once.
   *
   * @throws TypeError that names the option, the value and what is accepted
   */
  resource<T extends P, P = unknown>(name: string, options: ResourceOptions<T, P>): Resource<T>;
  /**
   * Registers a check of a dependency: a resource without a value, informative unless `required`, and
   * never part of startup. A single failure changes nothing; sustained failure becomes age.
   *
   * @throws TypeError as `resource()` does
   */
  check(name: string, options: CheckOptions): Resource<true>;
  /** Begins the loads. So does the first `get()`, `reload()`, `whenReady()`, guard or probe. */
  start(): void;
  /** Answers once readiness does, late callers too; rejects with NotReadyError when aborted, draining or closed. */
  whenReady(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Tells `listener` the present states in a microtask, then every event of every resource. */
  subscribe(listener: Listener): () => void;
  /**
   * The process is going away: readiness says so, or that nothing is loaded where that is so too, and no
   * load starts any more. There is no way back.
   */
  drain(): void;
  /**
   * Aborts loads, clears timers, disposes of values, rejects whoever waits. Idempotent.
   *
   * @returns when values are disposed of, or after 5 s
   */
  close(): Promise<void>;
  /** Answers a probe; 404 for a path that is not ours. Bound, so it can be handed on as it is. */
  readonly fetch: (request: Request) => Response;
  /** Answers a probe; `undefined` for a path that is not ours. */
  readonly match: (request: Request) => Response | undefined;
  /** Answers as one probe whatever the path, for frameworks that route by files; 404 for what is no probe. */
  readonly answer: (probe: Probe, request: Request) => Response;
  /** The answer as data, for adapters: no Request or Response is built. `undefined` for a path that is not ours. */
  readonly ask: <R>(method: string, target: string, raw: R, platform: Platform<R>) => Answer | undefined;
  /** What drives the loads. */
  readonly refresh: "background" | "request";
  /** Where time and timers come from, for adapters. */
  readonly clock: Clock;
  /** What answers where, for `openapi()` and adapters: every path, with and without base and slash. */
  readonly routes: ReadonlyMap<string, Route>;
}

/** How a web Request is read. */
export const WEB: Platform<Request> = {
  accept: (request) => request.headers.get("accept"),
  request: (request) => request,
};

/**
 * Makes a health. Only stores data: no timer, clock reading or load happens before `start()`, or
 * whoever does what it does.
 *
 * @throws TypeError that names the option, the value and what is accepted
 */
export function createHealth(options: HealthOptions = {}): Health {
  const registry = createRegistry(options);
  const routes = routesOf(options.paths, options.base);
  const text = createTextAnswers(registry, wordsOf(options.words));
  const { details } = options;
  if (details) checkFunction("details", details, 'what details("always") gave');

  const reply = <R>(probe: Probe, method: string, target: string, raw: R, platform: Platform<R>): Answer => {
    if (method !== "GET" && method !== "HEAD") return METHOD_NOT_ALLOWED;
    const answer = details?.(registry, probe, target, raw, platform) ?? text(probe);
    return method === "HEAD" ? { ...answer, body: "" } : answer;
  };

  // A prober asks the same each time, and comparing two targets costs less than finding the path in one.
  let lastTarget: string | undefined;
  let lastRoute: Route | undefined;

  const ask: Health["ask"] = (method, target, raw, platform) => {
    if (target !== lastTarget) {
      lastRoute = routes.get(pathOf(target));
      lastTarget = target;
    }
    const route = lastRoute;
    if (!route) return undefined;
    const answer = reply(route.probe, method, target, raw, platform);
    return route.headers ? { ...answer, headers: { ...answer.headers, ...route.headers } } : answer;
  };

  const match: Health["match"] = (request) => {
    const answer = ask(request.method, request.url, request, WEB);
    return answer && toResponse(answer);
  };

  const health: Health = {
    resource<T extends P, P>(name: string, resourceOptions: ResourceOptions<T, P>): Resource<T> {
      // SAFETY: the only `previous` a loader is given is a value it returned, and the signature binds P to T.
      return registry.add(name, resourceOptions as ResourceOptions<T>, true);
    },
    check(name, { run, ...limits }) {
      checkFunction("run", run);
      return registry.add<true>(
        name,
        {
          ...limits,
          required: limits.required ?? false,
          load: async (context) => {
            if ((await run(context)) === false) throw new Error("the check gave false");
            return true as const;
          },
        },
        false,
      );
    },
    start: registry.start,
    whenReady: (wait) => registry.whenReady(wait?.signal),
    subscribe: registry.subscribe,
    drain: registry.drain,
    close: registry.close,
    [Symbol.asyncDispose]: registry.close,
    fetch: (request) => match(request) ?? toResponse(NOT_FOUND),
    match,
    // A route such as /health/[probe] hands on what a client wrote.
    answer: (probe, request) =>
      toResponse(PROBES.includes(probe) ? reply(probe, request.method, request.url, request, WEB) : NOT_FOUND),
    ask,
    refresh: registry.host.mode ? "request" : "background",
    clock: registry.host.clock,
    routes,
  };
  keepRegistry(health, registry);
  return health;
}
