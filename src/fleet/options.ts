import { checkOptions } from "../option/check-options.ts";
import { toMs, type Duration } from "../option/duration.ts";
import { invalidOption } from "../option/invalid-option.ts";
import type { FleetBeat } from "./fleet-store.ts";

/** The options of `fleet()`. */
export interface FleetOptions {
  /**
   * The name of the group of replicas behind one balancer, at most 63 characters. It begins with a lower-case letter.
   * Lower-case letters, digits and dashes may follow.
   */
  readonly group: string;
  /**
   * How many replicas may be out of the balancer. If so many are out, no other replica may leave because of old data.
   * Pass a share of the group, or a whole number of at least 1. A share is rounded down, but at least one replica may
   * be out. A replica that is out for another reason counts too, for example while it drains.
   * @default "10%"
   */
  readonly leave?: string | number;
  /**
   * How many replicas may load a resource at once: a whole number of at least 1.
   * @default no limit
   */
  readonly loads?: number;
  /**
   * How often a replica reports to the store. At least 10 ms.
   * @default "5s"
   */
  readonly beat?: Duration;
  /**
   * A replica that is silent for this long no longer counts, and its permission to leave ends. It must be at least
   * twice `beat`.
   * @default three beats
   */
  readonly ttl?: Duration;
  /**
   * The name of this replica in reports: 1 to 100 printable ASCII characters without spaces. The store or the library
   * adds a unique part.
   * @default the name of the host
   */
  readonly replica?: string;
  /**
   * The longest time for a call to the store. A later answer is ignored. It must be shorter than `beat`.
   * @default "100ms"
   */
  readonly within?: Duration;
}

/** The options with their defaults. */
export interface CheckedFleetOptions {
  readonly group: string;
  readonly leave: FleetBeat["leave"];
  readonly loads: number | undefined;
  readonly beatMs: number;
  readonly ttlMs: number;
  readonly replica: string | undefined;
  readonly withinMs: number;
}

const NAMES = ["group", "leave", "loads", "beat", "ttl", "replica", "within"];
const GROUP = /^[a-z][a-z0-9-]{0,62}$/;
/** The name of a replica. It is printable ASCII, so that it is easy to type in a command. */
const REPLICA = /^[\x21-\x7e]{1,100}$/;

/** @throws TypeError that names the option, its value, and the accepted values */
export function toFleetOptions(given: FleetOptions): CheckedFleetOptions {
  const options = checkOptions("fleet()", given, [], NAMES);
  const { leave = "10%", loads, beat = "5s", replica, within = "100ms" } = options;
  checkGroup(options.group);
  if (loads !== undefined && !isCount(loads)) invalidOption("loads", loads, "a whole number of at least 1");
  if (replica !== undefined && !(typeof replica === "string" && REPLICA.test(replica)))
    invalidOption("replica", replica, "a name of 1 to 100 printable ASCII characters without spaces");
  const beatMs = toMs("beat", beat, 10);
  const ttlMs = options.ttl === undefined ? 3 * beatMs : toMs("ttl", options.ttl, 2 * beatMs);
  const withinMs = toMs("within", within, 1);
  if (withinMs >= beatMs) invalidOption("within", within, `a duration below the beat of ${beatMs} ms`);
  return { group: options.group, leave: toLeave(leave), loads, beatMs, ttlMs, replica, withinMs };
}

/** @throws TypeError unless the value is the name of a group */
export function checkGroup(group: unknown): asserts group is string {
  if (typeof group !== "string" || !GROUP.test(group))
    invalidOption(
      "group",
      group,
      'a name such as "matcher": a lower-case letter, then letters, digits and dashes, at most 63',
    );
}

function toLeave(leave: string | number): FleetBeat["leave"] {
  if (isCount(leave)) return { most: leave };
  return { percent: percentOf("leave", leave, 'a share such as "10%", or a whole number of at least 1') };
}

/**
 * Converts a share to a number of percent.
 *
 * @throws TypeError unless it is more than 0 % and at most 100 %
 */
export function percentOf(option: string, share: unknown, accepted: string): number {
  const [, digits] = (typeof share === "string" && /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(share)) || [];
  const percent = Number(digits);
  return percent > 0 && percent <= 100 ? percent : invalidOption(option, share, accepted);
}

/** Whether the value is a whole number of at least 1. */
export function isCount(given: unknown): given is number {
  return typeof given === "number" && Number.isSafeInteger(given) && given >= 1;
}
