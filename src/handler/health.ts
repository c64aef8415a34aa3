import { METHOD_NOT_ALLOWED, NOT_FOUND, createTextAnswers, type Answer } from "../answer/answer.ts";
import type { Details, Platform, AskedRequest } from "../details/details.ts";
import { pathOf, PROBES, routesOf, type Paths, type Probe, type Route } from "../answer/paths.ts";
import { wordsOf, type Words } from "../answer/words.ts";
import type { AttachableHealthPart } from "../health/health-part.ts";
import { Registry } from "../health/registry.ts";
import { isEvent } from "../option/is-event.ts";
import { checkOptions } from "../option/check-options.ts";
import { checkFunction, checkMethods, invalidOption, propertyOf } from "../option/invalid-option.ts";
import { toList } from "../option/to-list.ts";
import { toMs, type Duration } from "../option/duration.ts";
import { backgroundDriver } from "../resource/background-driver.ts";
import type { Driver } from "../resource/driver.ts";
import { isError, loadError, throwAsIs } from "../resource/error.ts";
import type { HealthListener } from "../resource/event.ts";
import { checkSignal } from "../resource/check-call.ts";
import {
  LIMIT_NAMES,
  type DataOnly,
  type LoadContext,
  type ResourceLimits,
  type ResourceOptions,
} from "../resource/options.ts";
import { isResponse } from "../resource/outcome.ts";
import { systemClock, type Clock } from "../time/clock.ts";
import { guardClock } from "../time/guard-clock.ts";
import { healthSnapshotOf, type HealthSnapshot } from "./health-snapshot.ts";
import { keepInternals, type HealthInternals } from "./internals.ts";
import type { Resource } from "../resource/resource.ts";
import type { UsingAsyncDisposable } from "../option/disposable.ts";
import { responseOf } from "./response.ts";

/** The options of `createHealth()`. */
export interface HealthOptions {
  /**
   * The names of resources that must exist before readiness can be 200. A name without a resource counts as NOT_LOADED.
   * @default none
   */
  readonly expect?: readonly string[];
  /**
   * What starts the loads. Use `onRequest()` on platforms that stop timers between requests (Workers, Lambda, Vercel).
   * @default background mode: one timer. It keeps the process alive only while a caller waits, for example in `get()`
   */
  readonly refresh?: Driver | undefined;
  /**
   * The source of time, timers and random numbers.
   * @default the clock of the platform
   */
  readonly clock?: Clock | undefined;
  /**
   * The paths of the probes. `zPages` is a preset.
   * @default `/status`, `/status/live`, `/status/startup`
   */
  readonly paths?: Partial<Paths>;
  /**
   * A prefix that the platform may put in front of the paths, such as `"/ops"`.
   * @default none
   */
  readonly base?: string;
  /**
   * Your own words for the bodies, of 1 to 64 visible ASCII characters. No word may contain another (case is ignored).
   * @default `WORDS`
   */
  readonly words?: Partial<Words>;
  /**
   * Which requests get the detailed answers: `details("always")`, or `details((request) => …)`.
   * @default no request
   */
  readonly details?: Details | undefined;
  /** Coordinates the replicas behind one balancer. Pass the result of `fleet()`. @default each replica decides alone */
  readonly fleet?: AttachableHealthPart | undefined;
}

/** The options of `health.check()`. */
export interface CheckOptions extends ResourceLimits {
  /**
   * Calls the dependency. The check fails if this function throws or rejects. It also fails if it returns `false`, an
   * Error, or a Response that is not `ok`. The library calls it on a schedule. In background mode (the default), no
   * probe calls it. In request mode (`onRequest()`), the request of a probe starts a call that is due.
   */
  readonly run: (context: LoadContext) => unknown;
  /** Whether readiness depends on the check. @default false */
  readonly required?: boolean | undefined;
}

/** The resources of a service, and the three probes that report their state. */
export interface Health extends UsingAsyncDisposable {
  /**
   * Creates a resource: one value that the service keeps in memory. Before `start()`, the call only stores the options.
   *
   * @param name a lower-case letter, then at most 62 lower-case letters, digits and dashes
   * @throws TypeError for a wrong name or option, for a name that is in use, and after `close()`
   */
  resource<T extends P, P = unknown>(name: string, options: ResourceOptions<T, P> & DataOnly<T>): Resource<T>;
  /**
   * Creates a check of a dependency. A check is a resource without data: its value is `true` after the first success.
   * Readiness depends on it only with `required`, and startup never does. After a success, a single failure does not
   * change its state. If all calls fail, its age passes `staleAfter` and `refuseAfter`, like the age of data.
   *
   * @throws TypeError as `resource()` does
   */
  check(name: string, options: CheckOptions): Resource<true>;
  /**
   * Starts the loads. The first `get()`, `reload()`, `whenReady()`, guard or probe does the same. As the callback of
   * `listen()`, it may receive an error (Express 5, Fastify), and throws it.
   */
  start(): void;
  /**
   * Resolves once readiness answers 200. Rejects with a NotReadyError on abort, drain or `close()`.
   * @throws TypeError for a wrong option. The call itself throws it.
   */
  whenReady(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Calls `listener` with every event of every resource and of the fleet, each change of the word of a probe, and the
   * drain. Before that, in a microtask, it calls `listener` with the current state of each resource.
   *
   * @returns a function that ends the subscription
   * @throws TypeError unless `listener` is a function
   */
  subscribe(listener: HealthListener): () => void;
  /** Returns a frozen record of the whole state, without the values. It starts no load and sends no event. */
  snapshot(): HealthSnapshot;
  /** Aborts when the drain or `close()` begins. It is always the same signal. */
  readonly drainSignal: AbortSignal;
  /**
   * Begins the drain, because the process will stop. Readiness answers 503 `INDEX-DRAINING`, or `INDEX-NOT-LOADED` if a
   * required resource has no value. No load starts any more, and this cannot be undone. `drainSignal` aborts before
   * anything stops. The event `drain` follows.
   *
   * @param options `delayMs`: how long the server keeps serving (0 by default). It is only passed to listeners.
   * @throws TypeError for a wrong option
   */
  drain(options?: { readonly delayMs?: number }): void;
  /**
   * Aborts loads, clears timers, calls `dispose`, and rejects every wait. A second call does nothing.
   *
   * @returns a promise that resolves when every `dispose` and every running save has ended, or after 5 s
   */
  close(): Promise<void>;
  /**
   * Answers a probe, and 404 for any other path. It needs no `this`, so you can pass it as a handler.
   * @throws TypeError if `request` has no `url`
   */
  readonly fetch: (request: Request) => Response;
  /** Answers a probe. Returns `undefined` for any other path. @throws TypeError if `request` has no `url` */
  readonly match: (request: Request) => Response | undefined;
  /**
   * Answers the given probe at any path, for file-based routes. It answers 404 for an unknown probe.
   * @throws TypeError if `request` has no `url`
   */
  readonly answerAs: (probe: Probe, request: Request) => Response;
}

const NAMES = "an array of names";

/** Reads a web Request. */
export const WEB: Platform<Request> = {
  accept: (request) => request.headers.get("accept"),
  request: (request) => request,
};

/**
 * Creates a health: the object that holds the resources of a service and answers its probes. The call starts nothing.
 * The loads begin with `start()`, or with the first `get()`, `reload()`, `whenReady()`, guard or probe.
 *
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong option
 * @example
 * const health = createHealth({ expect: ["rates"] });
 * const rates = health.resource("rates", { load: () => ({ USD: 1.08 }), refreshEvery: "30s" });
 * health.start();
 */
export function createHealth(options: HealthOptions = {}): Health {
  const {
    expect = [],
    refresh,
    clock,
    details,
    paths,
    base,
    words,
    fleet,
  } = checkOptions(
    "createHealth()",
    options,
    ["details", "refresh", "clock", "fleet"],
    ["expect", "paths", "base", "words"],
  );
  if (refresh !== undefined) checkMethods("refresh", refresh, ["whenReady"], "the result of onRequest()");
  if (details !== undefined) checkFunction("details", details, 'the result of details("always")');
  if (fleet !== undefined) checkMethods("fleet", fleet, ["attach"], "the result of fleet()");
  const names = toList("expect", expect, NAMES);
  // A single string is not accepted here.
  if (!Array.isArray(expect)) invalidOption("expect", expect, NAMES);
  const routes = routesOf(paths, base);
  const registry = new Registry({
    clock: clock === undefined ? systemClock : guardClock(clock),
    driver: refresh ?? backgroundDriver,
    expect: names,
    words: wordsOf(words),
    part: fleet,
  });
  const text = createTextAnswers(registry);

  const reply = <R>(probe: Probe, method: string, asked: AskedRequest<R>): Answer => {
    if (method !== "GET" && method !== "HEAD") return METHOD_NOT_ALLOWED;
    const answer = details?.(registry, probe, asked) ?? text(probe);
    return method === "HEAD" ? { ...answer, body: "" } : answer;
  };

  // A prober sends the same target each time. Comparing two strings is faster than parsing a path.
  let lastTarget = "";
  let lastRoute: Route | undefined;

  const ask: HealthInternals["ask"] = (method, target, raw, platform) => {
    if (target !== lastTarget) {
      lastRoute = routes.get(pathOf(target));
      lastTarget = target;
    }
    const route = lastRoute;
    if (!route) return undefined;
    const answer = reply(route.probe, method, { target, raw, platform });
    return route.headers ? { ...answer, headers: { ...route.headers, ...answer.headers } } : answer;
  };

  const match: Health["match"] = (request) => {
    checkRequest(request);
    const answer = ask(request.method, request.url, request, WEB);
    return answer && responseOf(answer);
  };

  const health: Health = {
    resource<T extends P, P>(name: string, resourceOptions: ResourceOptions<T, P>): Resource<T> {
      // SAFETY: `previous` is a value of this resource, and the signature binds P to T.
      return registry.add(name, resourceOptions as ResourceOptions<T>, "resource");
    },
    check(name, checkGiven) {
      const {
        run,
        required = false,
        ...limits
      } = checkOptions("health.check()", checkGiven, ["run", "required"], LIMIT_NAMES);
      checkFunction("run", run);
      const load = async (context: LoadContext): Promise<true> => {
        checkPassed(await run(context));
        return true;
      };
      return registry.add<true>(name, { ...limits, required, load }, "check");
    },
    start: (given?: unknown) => {
      // As the callback of `listen()`, it may receive an error, which nobody else hears of.
      if (isError(given)) throwAsIs(given);
      registry.start();
    },
    whenReady: (wait = {}) => {
      const { signal } = checkOptions("whenReady()", wait, ["signal"], []);
      checkSignal(signal);
      return registry.whenReady(signal);
    },
    subscribe: (listener) => registry.subscribe(listener, "reader"),
    snapshot: () => healthSnapshotOf(registry),
    get drainSignal() {
      return registry.drainSignal;
    },
    drain: (how = {}) => {
      // As a listener (`process.once("SIGTERM", health.drain)`) it receives the name of a signal, or an event.
      const given = isEvent(how) ? {} : how;
      const { delayMs = 0 }: { delayMs?: Duration } = checkOptions("health.drain()", given, [], ["delayMs"]);
      registry.drain(toMs("delayMs", delayMs, 0));
    },
    close: () => registry.close(),
    [Symbol.asyncDispose]: () => registry.close(),
    fetch: (request) => match(request) ?? responseOf(NOT_FOUND),
    match,
    // A route such as /health/[probe] passes a text of the client.
    answerAs: (probe, request) => {
      checkRequest(request);
      const asked = { target: request.url, raw: request, platform: WEB };
      return responseOf(PROBES.includes(probe) ? reply(probe, request.method, asked) : NOT_FOUND);
    },
  };
  keepInternals(health, { registry, ask, routes, details });
  return health;
}

/**
 * @throws TypeError unless it has a `url`. It does not use `instanceof`, because the object may come from another
 * realm.
 */
function checkRequest(request: Request): void {
  if (typeof propertyOf(request, "url") !== "string") invalidOption("request", request, "a web Request");
}

/** @throws the failure that the result of a check means */
function checkPassed(result: unknown): void {
  if (result === false) throw loadError("HS_CHECK_FAILED", "the check returned false");
  if (isError(result)) throwAsIs(result);
  if (isResponse(result) && !result.ok)
    throw loadError("HS_CHECK_FAILED", `the check returned a Response with status ${result.status}`);
}
