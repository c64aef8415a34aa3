import { answerOf, METHOD_NOT_ALLOWED, NOT_FOUND, type Answer } from "../answer/answer.ts";
import { pathOf, PROBES, type Probe } from "../answer/paths.ts";
import type { Health } from "../handler/health.ts";
import { internalsOf, keepInternals, type HealthInternals } from "../handler/internals.ts";
import { responseOf } from "../handler/response.ts";
import type { Verdict } from "../health/verdict.ts";
import { checkOptions } from "../option/check-options.ts";
import { fail, invalidOption } from "../option/invalid-option.ts";
import { createClusterBus, createSocketBus, type BusListener } from "./bus.ts";
import {
  afterBeat,
  countedReadiness,
  groupVerdict,
  NOTHING_LOADED,
  SILENT_BEATS,
  type GroupAnswer,
  type Member,
} from "./group.ts";
import { checkFolder, socketIn } from "./shared-options.ts";
import { verdictsNow } from "../thread/verdicts-now.ts";
import type { WorkerMessage } from "./worker-message.ts";

/** The options of `workers()`. */
export interface WorkersOptions {
  /**
   * How many processes must be ready before the group is ready: `"all"`, `"any"` or a number of at least 1.
   * @default "all"
   */
  readonly answer?: GroupAnswer;
  /**
   * A folder through which processes without a primary exchange messages, on Bun and Deno. Pass the same folder in all
   * processes. Its path may have at most 78 bytes.
   * @default the messages of `node:cluster`
   */
  readonly folder?: string;
}

/** How often each process sends its state to the others, in ms. It sends a change at once. */
const BEAT_MS = 1_000;

/**
 * Returns a health for a group of processes that share a port. Each process then answers readiness and startup for the
 * whole group. Pass the result to `probes()`. By default, the group is ready when all its processes are ready.
 *
 * Liveness reports only on the process that receives the probe. A process that is silent for three seconds counts as
 * not ready, unless `answer` is `"any"`. A process that has ended does not count. Readiness and startup have no
 * detailed forms.
 *
 * A new process does not know the states of the other processes yet. So for at most three seconds, it assumes one more
 * process, which has not loaded. With `answer: "all"`, its readiness then answers 503.
 *
 * With `node:cluster`, call it in the primary too, because the primary forwards the messages. The probes of the primary
 * answer for the group. The messages have a field `health-state`, so that your own message handlers can ignore them.
 * With `folder`, the processes use a Unix socket.
 *
 * @throws TypeError if an argument is wrong, for a health in request mode, or for `folder` on Windows
 * @example
 * createServer(probes(workers(health, { answer: "all" }))).listen(5100, health.start);
 */
export function workers(health: Health, options: WorkersOptions = {}): Health {
  const { registry, ask: askOwn, routes } = internalsOf(health);
  const { answer = "all", folder } = checkOptions("workers()", options, [], ["answer", "folder"]);
  if (answer !== "all" && answer !== "any" && !(Number.isInteger(answer) && answer >= 1))
    invalidOption("answer", answer, '"all", "any", or how many processes must be ready');
  const place = folder === undefined ? undefined : checkFolder("folder", folder);
  const socket = place === undefined ? undefined : socketIn("folder", place, "workers");
  if (registry.driver.kind !== "background")
    fail("HS_WRONG_MODE", "workers() does not work in request mode. Pass a health without onRequest().");
  const { clock } = registry;
  const members = new Map<string, Member>();
  let hasStarted = false;
  /** For how many more beats it waits for the states of the others. The first beat comes at once, so one is added. */
  let unknownBeats = SILENT_BEATS + 1;

  const on: BusListener = {
    message(message) {
      const { from } = message;
      if (message.type === "met") unknownBeats = 0;
      // The primary forwards each message to all workers, also to the sender.
      if (from === bus.id || message.type === "met") return;
      if (message.type === "gone") members.delete(from);
      else {
        const { readiness, startup } = message;
        members.set(from, { readiness, startup, missed: 0, isDoubtful: false });
        hasStarted ||= message.hasStarted;
        // A probe reaches one process, but all processes must load.
        if (message.isRunning) registry.start();
      }
    },
    own: (from) => {
      const { readiness, startup } = verdictsNow(registry);
      return { type: "beat", from, readiness, startup, hasStarted, isRunning: registry.phase !== "idle" };
    },
    known: () => {
      // A process that may have ended is left out, because the receiver would count it as running.
      const certain = [...members].filter(([, { isDoubtful }]) => !isDoubtful);
      return certain.map(([from, { readiness, startup }]): WorkerMessage => ({
        type: "beat",
        from,
        readiness,
        startup,
        hasStarted,
        isRunning: registry.phase !== "idle",
      }));
    },
    renewed() {
      for (const [from, member] of members) members.set(from, { ...member, isDoubtful: true });
    },
  };
  const bus = place === undefined || socket === undefined ? createClusterBus(on) : createSocketBus(place, socket, on);

  /** The verdicts of the others and of this process. The verdict of a primary counts only if it has no workers. */
  const all = (of: (member: Member) => Verdict, own: Verdict): readonly Verdict[] => {
    const others = [...members.values()].map(of);
    // The states of the others are not known yet, so one process without data is added.
    if (unknownBeats > 0) others.push(NOTHING_LOADED);
    return bus.id === undefined && others.length ? others : [...others, own];
  };
  const groupStartup = (own: Verdict): Verdict => {
    const verdict = groupVerdict(
      answer,
      all((member) => member.startup, own),
    );
    // A primary without workers answers for itself, but that says nothing about the workers to come.
    hasStarted ||= verdict.ok && (bus.id !== undefined || members.size > 0);
    if (verdict.ok) return verdict;
    return hasStarted ? { ok: true, outcome: "ok", worst: verdict.worst, retryAfter: undefined } : verdict;
  };
  const groupReadiness = (own: Verdict): Verdict =>
    groupVerdict(
      answer,
      all((member) => countedReadiness(member, answer), own),
    );

  const beat = (): void => {
    unknownBeats = Math.max(0, unknownBeats - 1);
    for (const [from, member] of members) {
      const next = afterBeat(member);
      if (next) members.set(from, next);
      else members.delete(from);
    }
    bus.tell();
    if (registry.phase !== "closed") clock.setTimer(beat, BEAT_MS, false);
    else end();
  };
  const unsubscribe = registry.subscribe(({ type }) => {
    if (type === "probe" || type === "drain") bus.tell();
  }, "part");
  const end = (): void => {
    unsubscribe();
    void bus.close();
  };
  // The program may register its resources after this call. Without them, this process would say that it has started.
  queueMicrotask(beat);

  const reply = (probe: Probe, method: string): Answer => {
    if (method !== "GET" && method !== "HEAD") return METHOD_NOT_ALLOWED;
    const verdict = probe === "readiness" ? groupReadiness(registry.readiness()) : groupStartup(registry.startup());
    const body = registry.words[verdict.outcome];
    const made = answerOf(probe, verdict, { body, contentType: "text/plain; charset=utf-8" });
    return method === "HEAD" ? { ...made, body: "" } : made;
  };
  const ask: HealthInternals["ask"] = (method, target, raw, platform) => {
    const own = askOwn(method, target, raw, platform);
    const route = own && routes.get(pathOf(target));
    if (!route || route.probe === "liveness") return own;
    const made = reply(route.probe, method);
    return route.headers ? { ...made, headers: { ...route.headers, ...made.headers } } : made;
  };
  const match: Health["match"] = (request) => {
    const own = health.match(request);
    const route = own && routes.get(pathOf(request.url));
    if (!route || route.probe === "liveness") return own;
    const made = reply(route.probe, request.method);
    return responseOf(route.headers ? { ...made, headers: { ...route.headers, ...made.headers } } : made);
  };
  const group: Health = {
    ...health,
    match,
    fetch: (request) => match(request) ?? responseOf(NOT_FOUND),
    answerAs: (probe, request) =>
      probe === "liveness" || !PROBES.includes(probe)
        ? health.answerAs(probe, request)
        : responseOf(reply(probe, request.method)),
  };
  const verdicts = (): Readonly<Record<Probe, Verdict>> => {
    // In a primary without data, its own registry is idle.
    const own = verdictsNow(registry);
    return {
      liveness: own.liveness,
      readiness: groupReadiness(own.readiness),
      startup: groupStartup(own.startup),
    };
  };
  // Readiness and startup have no detailed forms.
  keepInternals(group, { registry, ask, routes, verdicts, details: undefined });
  return group;
}
