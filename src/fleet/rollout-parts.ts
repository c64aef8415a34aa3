import type { ManagedResource } from "../resource/managed-resource.ts";
import type { VersionedLoader } from "../source/versioned-loader.ts";
import type { Replica } from "./replica.ts";
import type { RolloutRules } from "./rollout-plan.ts";

/** The argument of `ok`. */
export interface RolloutCheck {
  /** The name of the resource. */
  readonly name: string;
  /** The revision that this replica has loaded. */
  readonly revision: string;
}

/**
 * The settings of a rollout.
 *
 * @internal
 */
export interface RolloutParts<T> {
  readonly source: VersionedLoader<T>;
  readonly replica: Replica;
  readonly resource: ManagedResource<unknown>;
  readonly rules: RolloutRules;
  readonly ok: ((check: RolloutCheck) => unknown) | undefined;
}
