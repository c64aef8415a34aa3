import type { Answer } from "../answer/answer.ts";
import { WEB, type Health } from "../handler/health.ts";
import { toResponse } from "../handler/response.ts";
import { registryOf } from "../health/registry.ts";
import type { WaitUntil } from "../resource/resource.ts";

/**
 * In request mode, starts the loads that are due: they go on through `waitUntil`, and the promise is
 * over after `probeWait` (0 by default) at the latest.
 *
 * @returns `undefined` when there is nothing to wait for, as always in background mode
 * @throws TypeError unless `health` is what `createHealth()` gave
 */
export function warm(health: object, waitUntil?: WaitUntil): Promise<void> | undefined {
  const { host, cores } = registryOf(health);
  const { mode } = host;
  if (!mode || host.phase === "draining" || host.phase === "closed") return undefined;
  host.begin();
  const now = host.look();
  const loads = [...cores.values()]
    .filter((core) => now >= (core.active?.deadline ?? core.nextAttemptAt))
    .map((core) => core.get({ maxAge: 0, waitUntil }).catch(() => {}));
  if (!loads.length || !mode.probeWaitMs) return undefined;
  return new Promise<void>((resolve) => {
    const cancel = host.clock.setTimer(resolve, mode.probeWaitMs, true);
    void Promise.all(loads).then(() => {
      cancel();
      resolve();
    });
  });
}

/**
 * As `health.match(request)`, and in request mode starts the loads that are due before it answers, for
 * adapters of platforms that tie work to requests.
 *
 * @param make how a Response is made of the answer; `toResponse` by default
 */
export function respond(
  health: Health,
  request: Request,
  waitUntil?: WaitUntil,
  make: (answer: Answer) => Response = toResponse,
): Response | undefined | Promise<Response | undefined> {
  const ask = (): Answer | undefined => health.ask(request.method, request.url, request, WEB);
  const answer = ask();
  if (!answer) return undefined;
  return warm(health, waitUntil)?.then(() => make(ask() ?? answer)) ?? make(answer);
}
