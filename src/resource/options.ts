import { toMs, type Duration } from "../state/duration.ts";
import { refuse } from "../state/refusal.ts";
import type { Loaded, Unchanged } from "./outcome.ts";

/** What a loader is told. Annotate it, `LoadContext<Index>`, to have `previous` typed. */
export interface LoadContext<T = unknown> {
  /** Aborts at `timeout`, `unload()` and `close()`. */
  readonly signal: AbortSignal;
  /** The value held, if any. */
  readonly previous: T | undefined;
  /** The revision held, if the source gave one. */
  readonly revision: string | undefined;
  /** The moment up to which the source vouched for the value held, in epoch ms. */
  readonly asOf: number | undefined;
  /** The revision that `validate` refused last; answer `unchanged({ revision })` while the source announces it. */
  readonly rejected: string | undefined;
  /** 1 for the first try, one more for each failure in a row. */
  readonly attempt: number;
}

/** What a loader may return: the value, `loaded(value, { revision, asOf })` or `unchanged()`; or a promise of it. */
export type LoadResult<T> = T | Loaded<T> | Unchanged | PromiseLike<T | Loaded<T> | Unchanged>;

/** The limits of a resource. */
export interface ResourceLimits {
  /**
   * How long after the start of a successful load the next one starts. `"never"` leaves loading after
   * the first to `reload()` and `invalidate()`; a failed load is tried again all the same.
   * @default half of `staleAfter`; without it, `"never"`
   */
  readonly refreshEvery?: Duration;
  /**
   * The age past which the value is STALE; more than `refreshEvery`. Stale is a warning; see `refuseAfter`.
   * @default twice `refreshEvery` plus 5 s; without it, `"never"`
   */
  readonly staleAfter?: Duration;
  /**
   * The age past which readiness answers 503; at least `staleAfter`, or `"never"`. Between the two
   * limits `/status` answers 200 with `health-state: STALE`.
   *
   * When the *source* dies, every replica passes this age at about the same time and all of them leave
   * the balancer together: a default of `staleAfter` is right where old answers do harm and `"never"`
   * or hours where they are better than none.
   * @default equal to `staleAfter`
   */
  readonly refuseAfter?: Duration;
  /**
   * The longest one load, validation included, may take. Its slot is freed then, even if the loader
   * ignores its signal; what it brings later is discarded.
   * @default "5m"
   */
  readonly timeout?: Duration;
  /**
   * The share of `refreshEvery`, 0 to 1, by which each refresh may come early or late, so that replicas
   * that start together do not reload together.
   * @default 0.1
   */
  readonly jitter?: number;
  /**
   * Whether readiness and startup wait for it. `false` only reports it.
   * @default true
   */
  readonly required?: boolean;
}

/** How a resource is loaded and kept. Write `load` first: the value's type is inferred from it. */
export interface ResourceOptions<T, P = unknown> extends ResourceLimits {
  /** Gives the value. Never called twice at once; may throw or reject: it lands in `lastError`. */
  readonly load: (context: LoadContext<P>) => LoadResult<T>;
  /**
   * Looks at a new value before the swap; rejects it by throwing or with `false`. The old value stays,
   * and the revision is named in `lastError` and told to the loader. May be async, inside `timeout`.
   */
  validate?(next: NoInfer<T>, previous: NoInfer<T> | undefined): boolean | void | PromiseLike<boolean | void>;
  /** Frees a value that is out of use: once, after every lease on it ended, never on the value in use. */
  dispose?(value: NoInfer<T>): unknown;
  /**
   * How long after the swap `dispose` waits at least, for the readers that hold no lease.
   * @default "30s"
   */
  readonly disposeAfter?: Duration;
}

/** The limits with every default filled in, in ms; `Infinity` for never. */
export interface Limits {
  readonly refreshEvery: number;
  readonly staleAfter: number;
  readonly refuseAfter: number;
  readonly timeout: number;
  readonly jitter: number;
  readonly disposeAfter: number;
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError that names the option, the value and what is accepted
 */
export function limitsOf(options: ResourceLimits & { readonly disposeAfter?: Duration }): Limits {
  const ms = (option: keyof typeof options, byDefault: number, orNever = true, least = 1): number =>
    options[option] === undefined ? byDefault : toMs(option, options[option], least, orNever);
  const refreshEvery = ms("refreshEvery", Math.ceil(ms("staleAfter", Infinity) / 2));
  const staleAfter = ms("staleAfter", refreshEvery * 2 + 5_000);
  if (staleAfter <= refreshEvery && refreshEvery !== Infinity)
    refuse("staleAfter", options.staleAfter, `more than refreshEvery, ${refreshEvery} ms`);
  const refuseAfter = ms("refuseAfter", staleAfter);
  if (refuseAfter < staleAfter)
    refuse("refuseAfter", options.refuseAfter, `at least staleAfter, ${staleAfter} ms, or "never"`);
  const { jitter = 0.1 } = options;
  if (!(jitter >= 0 && jitter <= 1)) refuse("jitter", jitter, "a share from 0 to 1");
  return {
    refreshEvery,
    staleAfter,
    refuseAfter,
    timeout: ms("timeout", 300_000, false),
    jitter,
    disposeAfter: ms("disposeAfter", 30_000, false, 0),
  };
}
