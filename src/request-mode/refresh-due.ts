import type { Answer } from "../answer/answer.ts";
import { WEB, type Health } from "../handler/health.ts";
import { internalsOf } from "../handler/internals.ts";
import { responseOf } from "../handler/response.ts";
import { checkFunction, invalidOption, propertyOf } from "../option/invalid-option.ts";
import { registryOf } from "../health/registry-of.ts";
import type { WaitUntil } from "../resource/resource.ts";

/**
 * In request mode (`onRequest()`), starts the loads that are due. They continue through `waitUntil`. The promise
 * resolves after `probeWait` (0 by default) at the latest.
 *
 * @returns `undefined` if there is nothing to wait for. In background mode (the default), it is always `undefined`
 * @throws TypeError if `health` is not a health of `createHealth()`
 * @example
 * await refreshDue(health, (promise) => context.waitUntil(promise));
 */
export function refreshDue(health: object, waitUntil?: WaitUntil): Promise<void> | undefined {
  const registry = registryOf(health);
  if (waitUntil !== undefined) checkFunction("waitUntil", waitUntil);
  const { kind, probeWaitMs } = registry.driver;
  if (kind === "background" || registry.waitBlockedBy()) return undefined;
  registry.begin();
  const now = registry.syncNow();
  const loads = registry.resources
    .filter(({ slot }) => now >= (slot.run?.leaseUntil ?? slot.nextAttemptAt))
    .map((resource) => resource.get({ maxAge: 0, waitUntil }).catch(() => {}));
  if (!loads.length || !probeWaitMs) return undefined;
  return new Promise<void>((resolve) => {
    const cancel = registry.clock.setTimer(resolve, probeWaitMs, true);
    void Promise.all(loads).then(() => {
      cancel();
      resolve();
    });
  });
}

/**
 * Answers a probe like `health.match(request)`. In request mode, it also starts the loads that are due. Use it on
 * platforms that stop all work when a request ends.
 *
 * @param make converts the answer to a Response. @default `toResponse`
 * @throws TypeError if an argument has the wrong type
 * @example
 * const waitUntil = (promise: Promise<unknown>) => context.waitUntil(promise);
 * return (await matchAndRefresh(health, request, waitUntil)) ?? app(request);
 */
export function matchAndRefresh(
  health: Health,
  request: Request,
  waitUntil?: WaitUntil,
  make: (answer: Answer) => Response = responseOf,
): Response | undefined | Promise<Response | undefined> {
  const { ask: answerTo } = internalsOf(health);
  if (waitUntil !== undefined) checkFunction("waitUntil", waitUntil);
  checkFunction("make", make);
  if (typeof propertyOf(request, "url") !== "string") invalidOption("request", request, "a web Request");
  const ask = (): Answer | undefined => answerTo(request.method, request.url, request, WEB);
  const answer = ask();
  if (!answer) return undefined;
  return refreshDue(health, waitUntil)?.then(() => make(ask() ?? answer)) ?? make(answer);
}
