import type { Registry } from "../health/registry.ts";
import { checkOptions } from "../option/check-options.ts";
import { toMs, type Duration } from "../option/duration.ts";
import { checkFunction, fail, invalidOption } from "../option/invalid-option.ts";
import type { Busy } from "./busy-watch.ts";

/** The options of `probeThread()`. */
export interface ProbeThreadOptions {
  /** The port of the thread. It must differ from the port of the service. 0 uses a free port. */
  readonly port: number;
  /**
   * The address to listen on. Probes come from outside the container, so `127.0.0.1` is rarely right.
   * @default all addresses
   */
  readonly host?: string;
  /**
   * If a beat of the main thread is late by more than this, the main thread was busy. Then `snapshot().busyCount` rises
   * by one, and the library calls `onBusy`. At least 1 ms.
   * @default "1s"
   */
  readonly busyAfter?: Duration;
  /**
   * If the main thread is silent for this long, liveness answers 503 `WEDGED`. Set it higher than the longest time for
   * which your program may compute without a pause. At least 500 ms.
   * @default "30s"
   */
  readonly wedgedAfter?: Duration;
  /**
   * While the main thread is silent, readiness repeats its last answer for this long. Then it answers 503
   * `INDEX-STALE`. At least 500 ms.
   * @default "5s"
   */
  readonly verdictFor?: Duration;
  /** Called after the main thread was busy for longer than `busyAfter`. Its errors are ignored. */
  readonly onBusy?: ((busy: Busy) => unknown) | undefined;
}

/** The options after the check. */
export interface ProbePlan {
  readonly port: number;
  readonly host: string | undefined;
  readonly busyMs: number;
  readonly wedgedMs: number;
  readonly verdictMs: number;
  readonly onBusy: ((busy: Busy) => unknown) | undefined;
}

/** A shorter time, in ms, could also be a late beat. */
const LEAST_SILENCE_MS = 500;

/**
 * @throws TypeError for a wrong option, or for a health in request mode
 *
 * @internal
 */
export function toProbePlan(registry: Registry, options: ProbeThreadOptions): ProbePlan {
  const {
    port,
    host,
    busyAfter = "1s",
    wedgedAfter = "30s",
    verdictFor = "5s",
    onBusy,
  } = checkOptions("probeThread()", options, ["onBusy"], ["port", "host", "busyAfter", "wedgedAfter", "verdictFor"]);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    invalidOption("port", port, "a port from 0 to 65535, such as 8081");
  if (host !== undefined && (typeof host !== "string" || host === ""))
    invalidOption("host", host, 'an address, such as "0.0.0.0"');
  if (onBusy !== undefined) checkFunction("onBusy", onBusy);
  if (registry.driver.kind !== "background")
    fail("HS_WRONG_MODE", "probeThread() does not work in request mode. Pass a health without onRequest().");
  return {
    port,
    host,
    busyMs: toMs("busyAfter", busyAfter, 1),
    wedgedMs: toMs("wedgedAfter", wedgedAfter, LEAST_SILENCE_MS),
    verdictMs: toMs("verdictFor", verdictFor, LEAST_SILENCE_MS),
    onBusy,
  };
}
