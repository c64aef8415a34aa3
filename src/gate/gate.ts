import { callSafely } from "../option/call-safely.ts";
import { checkFunction, fail, invalidOption, toSafeText } from "../option/invalid-option.ts";
import { addPart } from "../resource/add-part.ts";
import type { AnyAttachable, Part, PartHost } from "../resource/part.ts";
import { vouchedAtOf } from "../state/freshness.ts";

/** The argument of a gate. */
export interface GateAsk {
  /** The resource's name. */
  readonly name: string;
  /** Whether the resource has no value. First loads go before refreshes. */
  readonly first: boolean;
  /** Aborts when the turn is no longer needed. If the turn comes later, it is released at once. */
  readonly signal: AbortSignal;
  /**
   * Call this to show that the gate still works. Then `gateWait` starts again. You may pass the place of the load in
   * the queue: a whole number of at least 1. `snapshot().place` shows it.
   */
  readonly waiting: (place?: number) => void;
}

/** Waits for a turn, and returns a function that releases it. */
export type AskGate = (ask: GateAsk) => PromiseLike<() => void>;

/** A gate for the option `gate`. It can also be called. */
export type Gate = AskGate & AnyAttachable;

/**
 * Creates your own gate for the option `gate`.
 *
 * @param ask waits for a turn, and returns a function that releases it. If it fails, the load starts at once. If it
 * takes longer than `gateWait`, the load starts without a turn.
 * @throws TypeError unless `ask` is a function. In request mode (`onRequest()`), `health.resource()` throws.
 * @example
 * gate: createGate(async ({ name, first, signal }) => semaphore.acquire(name, { first, signal }));
 */
export function createGate(ask: AskGate): Gate {
  checkFunction("ask", ask);
  return gateOf(ask, "elsewhere");
}

/** Where the turns are decided. In this process that cannot fail, so `gateWait` does not limit the wait there. */
type GatePlace = "this process" | "elsewhere";

/** Creates a gate whose turns are decided at that place. */
export function gateOf(ask: AskGate, place: GatePlace): Gate {
  const attach: Gate["attach"] = (resource) => addPart(resource, attachGate(resource, ask, place), "last");
  return Object.assign((asked: GateAsk) => ask(asked), { attach });
}

function attachGate<T>(resource: PartHost<T>, ask: AskGate, decidedIn: GatePlace): Part<T> {
  const { host, limits, name } = resource;
  if (host.driver.kind === "request")
    fail(
      "HS_WRONG_MODE",
      "the option gate needs timers, and request mode has none. Remove gate, or remove onRequest().",
    );
  const mostMs = Math.min(limits.gateWait, limits.staleAfter);
  /** The call of the gate that has not ended. */
  let asked: AbortController | undefined;
  let heldUntil: number | undefined;
  /** Whether the next load may start or is running. */
  let isOpen = false;
  let hasRun = false;
  let release: (() => void) | undefined;
  let shownPlace: number | undefined;

  const showPlace = (place: number | undefined): void => {
    if (place === shownPlace) return;
    shownPlace = place;
    resource.note({ place });
  };

  const close = (): void => {
    const giveBack = release;
    isOpen = false;
    hasRun = false;
    release = undefined;
    if (giveBack) callSafely(giveBack);
  };

  const open = (): void => {
    asked = undefined;
    heldUntil = undefined;
    isOpen = true;
    showPlace(undefined);
  };

  const tell = (result: "failed" | "silent", reason: string): void =>
    resource.announce({ type: "gate", result, reason }, resource.now());

  const waitForTurn = async (question: AbortController, first: boolean): Promise<void> => {
    const isWanted = (): boolean => asked === question;
    const waiting: GateAsk["waiting"] = (place) => {
      if (place !== undefined && !(Number.isInteger(place) && place >= 1))
        invalidOption("the place", place, "a whole number of at least 1");
      if (!isWanted()) return;
      if (place !== undefined) showPlace(place);
      heldUntil = resource.now() + mostMs;
      host.changed(resource, resource.now());
    };
    let given: (() => void) | undefined;
    try {
      if (!isWanted()) return;
      given = await ask({ name, first, signal: question.signal, waiting });
      checkFunction("the result of the gate", given, "a function that releases the turn");
    } catch (error) {
      given = undefined;
      if (isWanted()) tell("failed", toSafeText(error));
    }
    if (!isWanted()) {
      if (given) callSafely(given);
      return;
    }
    open();
    release = given;
    resource.resumeLoad();
    // If another part still makes the load wait, the turn is kept for it.
    if (!hasRun && resource.part?.heldUntil === undefined) close();
  };

  const start = (now: number): void => {
    const question = new AbortController();
    const { held } = resource.facts;
    const staleAt = held ? vouchedAtOf(held) + limits.staleAfter : -Infinity;
    asked = question;
    heldUntil = Math.min(now + mostMs, staleAt > now ? staleAt : Infinity);
    host.defer(() => void waitForTurn(question, held === undefined));
  };

  return {
    get heldUntil() {
      return heldUntil;
    },
    beforeLoad() {
      if (isOpen) return false;
      const now = resource.now();
      if (heldUntil === undefined) start(now);
      else if (now >= heldUntil && decidedIn === "this process") heldUntil = now + mostMs;
      else if (now >= heldUntil) {
        const question = asked;
        open();
        question?.abort();
        tell("silent", `the gate was silent for ${mostMs} ms, or until the value would be stale`);
        return false;
      }
      return true;
    },
    afterChange(action) {
      if (action.type === "start") hasRun = true;
      else if (hasRun && !resource.slot.run) close();
    },
    end() {
      const question = asked;
      asked = undefined;
      heldUntil = undefined;
      showPlace(undefined);
      question?.abort();
      if (!hasRun || resource.isClosed) close();
    },
  };
}
