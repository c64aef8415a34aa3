import { checkOptions } from "../option/check-options.ts";
import { toMs, type Duration } from "../option/duration.ts";
import { checkFunction, fail, invalidOption, propertyOf } from "../option/invalid-option.ts";
import type { Loader } from "../resource/loader.ts";
import type { VersionedLoader } from "../source/versioned-loader.ts";
import { replicaOf, type Fleet } from "./fleet.ts";
import { isCount, percentOf } from "./options.ts";
import { Rollout } from "./rollout-hook.ts";
import type { RolloutCheck } from "./rollout-parts.ts";
import type { RolloutRules } from "./rollout-plan.ts";

export type { RolloutCheck } from "./rollout-parts.ts";

/** The options of `rollout()`. */
export interface RolloutOptions {
  /** The result of `fleet()`. Pass it to `createHealth()` too. */
  readonly fleet: Fleet;
  /**
   * How many replicas load a new revision first: a whole number of at least 1.
   * @default 1
   */
  readonly first?: number;
  /**
   * How long the replicas of a step must stay healthy before the next step.
   * @default "10m"
   */
  readonly soak?: Duration;
  /**
   * How many more replicas load the revision in each further step: a share of the group, rounded down and at least one.
   * @default "25%"
   */
  readonly then?: string;
  /**
   * Called with each beat of a replica that has loaded the revision, during the soak. If it returns `false`, throws or
   * rejects, the whole fleet rejects the revision.
   * @default the replica is always healthy
   */
  readonly ok?: ((check: RolloutCheck) => unknown) | undefined;
}

/** A loader that rolls out a revision in steps. */
export interface RolloutLoader<T> extends Loader<T> {
  /**
   * Keeps the whole fleet on one revision. It takes effect at the next load of each replica, without a soak, and does
   * not expire.
   *
   * @throws The promise rejects with a TypeError if it is not a revision. It also rejects if the store does not answer.
   */
  pin(revision: string): Promise<void>;
  /** Ends the pin. The promise rejects if the store does not answer. */
  unpin(): Promise<void>;
}

/**
 * Creates a loader that introduces a new revision in steps. `first` replicas load the revision. If they stay healthy
 * for `soak`, a further share of the replicas (`then`) follows, and so on. If `validate` rejects the revision or `ok`
 * fails, the whole fleet rejects it. The replicas that loaded it load the previous revision again, if the loader can
 * load an older revision and the source still has it.
 *
 * A replica that must wait keeps its value, and its `snapshot().behind` has the newer revision. A replica without a
 * value loads the last revision that was rolled out fully, if the loader can load an older revision and the source
 * still has it. Otherwise it loads the new one. While the store does not answer, a replica with a value waits for three
 * times `soak` and then loads the new revision. A replica without a value loads it at once.
 *
 * Creating it does nothing. Do not wrap the loader in another one, and use it for one resource only.
 *
 * @param load a loader of `byVersion()`, `fromHttp()`, `fromPointer()`, `fromPostgres()` or `fromRedis()`
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong loader or option
 * @example
 * const group = { fleet: fleet(memoryFleet(), { group: "matcher" }) };
 * const health = createHealth(group);
 * const source = byVersion({ version: () => ({ revision: "v1" }), load: (revision) => ({ revision }), addressed: true });
 * health.resource("index", { load: rollout(source, { ...group, soak: "10m" }), refreshEvery: "30s" });
 */
export function rollout<T>(load: VersionedLoader<T>, options: RolloutOptions): RolloutLoader<T> {
  if (typeof load !== "function" || typeof propertyOf(load, "version") !== "function")
    invalidOption(
      "the loader of rollout()",
      load,
      "a loader with version(), such as the result of byVersion() or fromHttp()",
    );
  const given = checkOptions("rollout()", options, ["fleet", "ok"], ["first", "soak", "then"]);
  const { fleet, ok, first = 1, soak = "10m", then = "25%" } = given;
  if (typeof propertyOf(fleet, "attach") !== "function") invalidOption("fleet", fleet, "the result of fleet()");
  if (ok !== undefined) checkFunction("ok", ok);
  if (!isCount(first)) invalidOption("first", first, "a whole number of at least 1");
  const percent = percentOf("then", then, 'a share such as "25%"');
  const rules: RolloutRules = { first, percent, soakMs: toMs("soak", soak) };

  let made: { readonly rollout: Rollout<T>; readonly resource: object; readonly count: number } | undefined;
  const own = (): Rollout<T> => {
    const replica =
      replicaOf(fleet) ??
      fail("HS_NOT_CALLED", "the fleet of rollout() has no health. Pass it to createHealth({ fleet }) too.");
    const { resources } = replica.host;
    // A resource may be added or closed after the first load.
    if (made && resources.length === made.count && resources.some((one) => one === made?.resource)) return made.rollout;
    const [resource, other] = resources.filter((one) => one.options.load === loader);
    if (!resource)
      fail("HS_NOT_CALLED", "the loader of rollout() is wrapped in another loader. Pass it to the resource unchanged.");
    if (other)
      fail(
        "HS_WRONG_MODE",
        "the loader of rollout() belongs to several resources. Call rollout() once for each resource.",
      );
    const rollout =
      made?.resource === resource ? made.rollout : new Rollout<T>({ source: load, replica, resource, rules, ok });
    made = { rollout, resource, count: resources.length };
    return rollout;
  };

  const loader: Loader<T> = async (context) => own().load(context);
  return Object.assign(loader, {
    async pin(revision: string) {
      if (typeof revision !== "string" || revision === "")
        invalidOption("revision", revision, "a revision, as a string");
      await own().setPin(revision);
    },
    unpin: async () => own().setPin(null),
  });
}
