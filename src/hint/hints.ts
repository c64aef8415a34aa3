import { checkOptions } from "../option/check-options.ts";
import { toMsOrNever, type Duration } from "../option/duration.ts";
import { checkFunction, fail } from "../option/invalid-option.ts";
import { addPart } from "../resource/add-part.ts";
import { managedResourceOf } from "../resource/managed-resource-of.ts";
import type { Part } from "../resource/part.ts";
import type { Resource } from "../resource/resource.ts";
import { openChannel } from "./channel.ts";
import { gatherHints } from "./gather.ts";
import type { SubscribeHints } from "./subscribe-hints.ts";

/** The options of `hints()`. */
export interface HintsOptions {
  /**
   * How often the channel is tested with its function `echo`, or `"never"`. `echo` sends a test message and waits for
   * the answer. If it takes longer than 10 s, the channel counts as lost.
   * @default "1m"
   */
  readonly echoEvery?: Duration;
}

/**
 * Starts a refresh as soon as a channel reports that there may be new data. A hint contains no value, and does not
 * change the age or the state. Polling continues. Errors of the channel never change the state.
 *
 * Hints within 100 ms count as one. The refresh starts after a random delay of up to `jitter` times `refreshEvery`, at
 * most 10 s. It never starts sooner than a tenth of `refreshEvery` (0.1 s to 10 s) after the start of the last load.
 * Each new connection counts as a hint. After a hint during a load, one more load follows. A hint has no effect during
 * a back-off or a drain. It also has no effect if it names the current or the rejected revision. If the channel is lost
 * or does not open within 30 s, the library opens it again.
 *
 * The channel opens when the health starts. It closes when the drain begins or the resource closes. `snapshot().hints`
 * shows its state.
 *
 * @param subscribe opens the channel: `postgresHints()`, `redisHints()`, `fileHints()`, or your own function
 * @returns a function that closes the channel
 * @throws TypeError for a wrong option, and in request mode
 * @example
 * hints(index, async (hint, { signal }) => listen(sql, "index", hint, signal), { echoEvery: "1m" });
 */
export function hints<T>(resource: Resource<T>, subscribe: SubscribeHints, options: HintsOptions = {}): () => void {
  const managed = managedResourceOf(resource);
  checkFunction("subscribe", subscribe);
  const { echoEvery = "1m" } = checkOptions("hints()", options, [], ["echoEvery"]);
  const echoEveryMs = toMsOrNever("echoEvery", echoEvery, 1);
  const { host } = managed;
  if (host.driver.kind === "request")
    fail(
      "HS_WRONG_MODE",
      "hints() needs a channel that stays open, and request mode has none. Use refreshEvery, or remove onRequest().",
    );
  const gather = gatherHints(managed);
  const channel = openChannel(managed, { subscribe, echoEveryMs, hint: gather.hint });
  const end = (): void => {
    gather.end();
    channel.end();
  };
  if (managed.isClosed) return end;
  const part: Part<T> = {
    // The first load shows that the health has started.
    beforeLoad() {
      channel.begin();
      return false;
    },
    // This also runs when the drain begins. From then on a hint has no effect. The application may close its client in
    // `close` of the drain, and that may wait until the channel is closed.
    end,
  };
  addPart(managed, part, "first");
  if (host.phase === "running") channel.begin();
  return end;
}
