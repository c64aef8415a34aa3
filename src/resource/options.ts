import { checkOptions } from "../option/check-options.ts";
import type { Duration } from "../option/duration.ts";
import { checkFunction, checkMethods, invalidOption } from "../option/invalid-option.ts";
import { toList } from "../option/to-list.ts";
import type { AnyAttachable, Attachable } from "./part.ts";
import { limitsOf, LIMIT_NAMES, type Limits, type ResourceLimits } from "./limits.ts";
import type { LoadContext, LoadResult, Validate } from "./loader.ts";

export { LIMIT_NAMES, type Limits, type ResourceLimits } from "./limits.ts";
export type { DataOnly, LoadContext, Loader, LoadResult, Validate } from "./loader.ts";

/** The argument of `onRejected`. */
export interface Rejection {
  /** The resource's name. */
  readonly name: string;
  /** The rejected revision, if the source gave one. */
  readonly revision: string | undefined;
  /** The error that `validate` threw, or an Error that says that it returned `false`. */
  readonly reason: unknown;
}

/** The options of a resource. Write `load` first, because TypeScript infers the type of the value from it. */
export interface ResourceOptions<T, P = unknown> extends ResourceLimits {
  /**
   * The loader. While a call is running, it is called again only if that call was given up, for example after
   * `timeout`. If the loader throws, the load fails, and `lastError` has the error.
   */
  readonly load: (context: LoadContext<P>) => LoadResult<T>;
  /**
   * Checks a new value before the resource uses it. It is a function, or an array of functions that run in order. To
   * reject the value, throw an error or return `false`. Then the resource keeps its current value, and the loader
   * receives the rejected revision. A function may be async.
   */
  readonly validate?: Validate<NoInfer<T>> | readonly Validate<NoInfer<T>>[] | undefined;
  /**
   * Called once for each rejected revision. Without a revision, it is called only for the first of several rejections
   * in a row.
   */
  readonly onRejected?: ((rejection: Rejection) => unknown) | undefined;
  /**
   * Frees a value that is no longer used. It is called once for each value, after every lease on the value has ended.
   */
  readonly dispose?: ((value: NoInfer<T>) => unknown) | undefined;
  /**
   * The shortest time from the replacement of a value to `dispose`, because a request may use the old value without a
   * lease. `close()` does not wait for it.
   * @default "30s"
   */
  readonly disposeAfter?: Duration;
  /**
   * Makes each load wait for its turn: `limitLoads(n)`, or `createGate(ask)` for your own gate. `timeout` starts when
   * the turn comes. If the gate fails, the load starts at once.
   * @default no gate
   */
  readonly gate?: AnyAttachable | undefined;
  /**
   * How long a load waits for a gate that does not answer. The load then starts without a turn. It starts earlier if
   * the value would become STALE. This option has no effect on `limitLoads()`.
   * @default "30s"
   */
  readonly gateWait?: Duration;
  /**
   * Saves the last accepted value for the next start: `fileStore()`, `kvStore()`, `seed()`, or an array of these. With
   * an array, the first store that has a usable value is used. The first load waits for the restore, but at most 1 s.
   * No load fails because a store is slow, full or missing.
   * @default no store
   */
  readonly lastKnownGood?: Attachable<NoInfer<T>> | readonly Attachable<NoInfer<T>>[] | undefined;
}

/** The options after the checks. */
export interface CheckedOptions<T> {
  readonly required: boolean;
  readonly limits: Limits;
  readonly load: (context: LoadContext) => LoadResult<T>;
  readonly validate: readonly Validate<T>[];
  readonly onRejected: ((rejection: Rejection) => unknown) | undefined;
  readonly dispose: ((value: T) => unknown) | undefined;
}

const CHECKS = "a function, or an array of functions";
const CALLBACK_NAMES: readonly string[] = [
  "load",
  "required",
  "validate",
  "onRejected",
  "dispose",
  "gate",
  "lastKnownGood",
];
const NO_CHECKS: readonly never[] = /* @__PURE__ */ Object.freeze([]);

/**
 * Checks the options of a resource and adds the defaults.
 *
 * @throws TypeError that names the option, what was given, what is accepted and what to do
 */
export function toCheckedOptions<T>(given: ResourceOptions<T>): CheckedOptions<T> {
  const options = checkOptions("health.resource()", given, CALLBACK_NAMES, [
    ...LIMIT_NAMES,
    "disposeAfter",
    "gateWait",
  ]);
  checkFunction("load", options.load);
  const validate = options.validate === undefined ? NO_CHECKS : toList("validate", options.validate, CHECKS);
  for (const check of validate) checkFunction("validate", check, CHECKS);
  for (const name of ["onRejected", "dispose"] as const)
    if (options[name] !== undefined) checkFunction(name, options[name]);
  const { load, onRejected, dispose, required = true } = options;
  if (typeof required !== "boolean") invalidOption("required", required, "true or false");
  return { required, limits: limitsOf(options), load, validate, onRejected, dispose };
}

/**
 * The parts in the options. The stores come first, because a restore needs no turn.
 *
 * @throws TypeError if an option is not a store or a gate
 */
export function partsOf<T>(options: ResourceOptions<T>): readonly (readonly Attachable<T>[])[] {
  // A copy has no inherited property, as in checkOptions().
  const { lastKnownGood, gate } = { ...options };
  return [
    partsIn("lastKnownGood", lastKnownGood, "what fileStore(), kvStore(), seed() or createStore() gave"),
    partsIn("gate", gate, "what limitLoads() or createGate() gave"),
  ];
}

/** @throws TypeError unless every part is one that can be attached to a resource */
function partsIn<P>(option: string, given: P | readonly P[] | undefined, accepted: string): readonly P[] {
  const parts = given === undefined ? [] : toList(option, given, accepted);
  for (const part of parts) checkMethods(option, part, ["attach"], accepted);
  return parts;
}
