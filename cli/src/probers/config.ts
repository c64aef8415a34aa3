import { PROBERS } from "./all.ts";
import { planOf, type ConfigOptions, type Configuration } from "./model/plan.ts";
import type { Prober } from "./model/prober.ts";
import { invalidOption } from "../option/invalid-option.ts";

/**
 * The client of that name.
 *
 * @throws TypeError that lists the names, for one that is not known
 */
export function proberOf(name: string): Prober {
  return (
    PROBERS.find((prober) => prober.name === name) ??
    invalidOption("prober", name, `one of ${PROBERS.map((prober) => prober.name).join(", ")}`)
  );
}

/**
 * The configuration of a client for a service, in the client's own format, with the arithmetic of every
 * number in a comment.
 *
 * @throws TypeError for a bad option or an unknown client
 * @throws ConfigRefusedError for what this client cannot do, with the reason
 * @example
 * const [deployment] = configure("kubernetes", { port: 8080, loadTime: "2m" });
 */
export function configure(prober: string, options: ConfigOptions = {}): readonly Configuration[] {
  return proberOf(prober).configure(planOf(options));
}
