import type { KubeletProbe } from "../../simulate/index.ts";
import type { Facts, Spec, Workload } from "../model/spec.ts";
import { play, type Play, type RehearseOptions } from "./rehearse.ts";
import { TROUBLES } from "./trouble.ts";
import { HOW_MANY, valuesOf } from "./values.ts";

/** One number, with the outcome of every trouble for each value. */
export interface Sweep {
  readonly name: string;
  /** The value in the workload. */
  readonly now: number;
  readonly values: readonly number[];
  /** For each value, the outcomes of the troubles in their order. */
  readonly plays: readonly (readonly Play[])[];
}

interface Slider {
  readonly name: string;
  readonly now: number;
  readonly values: readonly number[];
  readonly with: (value: number) => Spec;
}

/** Simulates a workload with several values of each number, one number at a time. */
export async function sweepsOf(
  workload: Workload,
  spec: Spec,
  facts: Facts,
  { onProgress }: RehearseOptions = {},
): Promise<readonly Sweep[]> {
  const sliders = slidersOf(workload, spec, facts);
  const troubles = TROUBLES.filter(({ concerns }) => concerns(workload));
  const steps = sliders.length * HOW_MANY * troubles.length;
  // A trouble that does not depend on this number has the same outcome again.
  const known = new Map<string, Play>();
  const sweeps: Sweep[] = [];
  let step = 0;
  for (const { name, now, values, with: specAt } of sliders) {
    const plays: (readonly Play[])[] = [];
    for (const value of values) {
      const row: Play[] = [];
      for (const trouble of troubles) {
        const key = `${trouble.name} ${JSON.stringify(trouble.setup(specAt(value), facts))}`;
        const done = step;
        const each =
          known.get(key) ??
          (await play(trouble, specAt(value), facts, (share) => onProgress?.(Math.min(1, (done + share) / steps))));
        known.set(key, each);
        row.push(each);
        step += 1;
      }
      plays.push(row);
    }
    sweeps.push({ name, now, values, plays });
  }
  return sweeps;
}

function slidersOf(workload: Workload, spec: Spec, facts: Facts): readonly Slider[] {
  const { probes, replacing, check } = spec;
  const sliders: Slider[] = [];
  const longest = facts.loadSeconds * facts.slowFactor;
  const probe = (
    role: "startup" | "readiness" | "liveness",
    field: "failureThreshold" | "periodSeconds",
    otherwise: number,
    most: number,
  ): void => {
    const own = probes[role];
    if (!own) return;
    const now = own[field] ?? otherwise;
    const changed = (value: number): KubeletProbe => ({ ...own, [field]: value });
    sliders.push({
      name: `${role}Probe.${field}`,
      now,
      values: valuesOf(now, most),
      with: (value) => ({ ...spec, probes: { ...probes, [role]: changed(value) } }),
    });
  };
  probe("startup", "failureThreshold", 3, Math.ceil((1.5 * longest) / (probes.startup?.periodSeconds ?? 10)));
  probe("readiness", "failureThreshold", 3, 6);
  probe("liveness", "failureThreshold", 3, 8);
  probe("liveness", "periodSeconds", 10, 30);
  if (workload.platform === "kubernetes")
    sliders.push({
      name: "preStop, seconds",
      now: spec.preStopSeconds,
      values: valuesOf(spec.preStopSeconds, 15, 0),
      with: (value) => ({ ...spec, preStopSeconds: value }),
    });
  if (replacing)
    sliders.push(
      {
        name: "start period, seconds",
        now: replacing.startSeconds,
        values: valuesOf(replacing.startSeconds, Math.ceil(1.5 * longest), 0),
        with: (value) => ({ ...spec, replacing: { ...replacing, startSeconds: value } }),
      },
      {
        name: "retries",
        now: replacing.retries,
        values: valuesOf(replacing.retries, 8),
        with: (value) => ({ ...spec, replacing: { ...replacing, retries: value } }),
      },
    );
  if (check?.intervalSeconds !== undefined && !replacing)
    sliders.push({
      name: "inter, seconds",
      now: check.intervalSeconds,
      values: valuesOf(check.intervalSeconds, 15),
      with: (value) => ({ ...spec, check: { ...check, intervalSeconds: value } }),
    });
  if (workload.platform !== "kubernetes")
    sliders.push({
      name: "drain of the service, seconds",
      now: spec.drainSeconds,
      values: valuesOf(spec.drainSeconds, 30, 0),
      with: (value) => ({ ...spec, drainSeconds: value }),
    });
  return sliders;
}
