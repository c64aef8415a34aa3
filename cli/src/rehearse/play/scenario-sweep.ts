import {
  balancerOf,
  simulate,
  type KubeletProbe,
  type Played,
  type PlayedVariant,
  type Setup,
} from "../../simulate/index.ts";
import { valuesOf } from "./values.ts";

/** One number of the probes, with the outcome of every variant for each value. */
export interface ScenarioSlider {
  readonly name: string;
  /** The value in the first variant that has this number. */
  readonly now: number;
  readonly values: readonly number[];
  /** For each value, the outcomes of the variants in their order. */
  readonly plays: readonly (readonly PlayedVariant[])[];
}

/** The sliders of a scenario. */
export interface ScenarioSweep {
  /** The number of simulated replicas. */
  readonly replicas: number;
  readonly sliders: readonly ScenarioSlider[];
}

/** The most simulated replicas. More would show nothing new about a number of a probe. */
const MOST = 24;

/** Simulates each variant with several values of each number of its probes, one number at a time. */
export async function scenarioSweepOf(
  { variants, replicas, seed }: Played,
  onProgress?: (share: number) => Promise<void> | void,
): Promise<ScenarioSweep> {
  const setups = variants.map(({ setup }) => fewerOf(setup));
  const numbers = NUMBERS.flatMap((number) => {
    const now = setups.map(number.of).find((value) => value !== undefined);
    return now === undefined ? [] : [{ ...number, now, values: valuesOf(now, Math.max(number.most, 2 * now)) }];
  });
  const steps = numbers.reduce((sum, { values }) => sum + values.length * setups.length, 0);
  // A variant without this number has the same outcome again.
  const known = new Map<string, PlayedVariant>();
  const sliders: ScenarioSlider[] = [];
  let step = 0;
  for (const { name, now, values, of, with: changed } of numbers) {
    const plays: (readonly PlayedVariant[])[] = [];
    for (const value of values) {
      const row: PlayedVariant[] = [];
      for (const [index, own] of setups.entries()) {
        const setup = of(own) === undefined ? own : changed(own, value);
        const key = `${index} ${JSON.stringify(setup)}`;
        const each = known.get(key) ?? {
          title: variants[index]?.title ?? "",
          setup,
          ...(await simulate(setup, { seed, onProgress: (share) => onProgress?.((step + share) / steps) })),
        };
        known.set(key, each);
        row.push(each);
        step += 1;
      }
      plays.push(row);
    }
    sliders.push({ name, now, values, plays });
  }
  return { replicas: Math.min(replicas, MOST), sliders };
}

/** A number in a setup. */
interface Numbered {
  readonly name: string;
  /** The slider ends here, or at twice the current value. */
  readonly most: number;
  readonly of: (setup: Setup) => number | undefined;
  readonly with: (setup: Setup, value: number) => Setup;
}

const DEFAULTS = { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 } as const;

function ofProbe(role: "startup" | "readiness" | "liveness", field: keyof typeof DEFAULTS, most: number): Numbered {
  return {
    name: `${role}Probe.${field}`,
    most,
    of: ({ probes }) => probes[role] && (probes[role][field] ?? DEFAULTS[field]),
    with: (setup, value) => {
      const own = setup.probes[role];
      if (!own) return setup;
      const probe: KubeletProbe = { ...own, [field]: value };
      return { ...setup, probes: { ...setup.probes, [role]: probe } };
    },
  };
}

/** The numbers of a balancer. */
function ofCheck(name: string, field: "intervalSeconds" | "fall" | "rise", most: number): Numbered {
  return {
    name,
    most,
    of: ({ router, check }) => {
      if (router === "kubernetes" || router === "direct") return undefined;
      const { intervalSeconds, rule } = balancerOf(router, check);
      return field === "intervalSeconds" ? intervalSeconds : rule[field];
    },
    with: (setup, value) => ({ ...setup, check: { ...setup.check, [field]: value } }),
  };
}

const NUMBERS: readonly Numbered[] = [
  ofProbe("startup", "failureThreshold", 40),
  ofProbe("readiness", "failureThreshold", 6),
  ofProbe("readiness", "periodSeconds", 20),
  ofProbe("liveness", "failureThreshold", 8),
  ofProbe("liveness", "periodSeconds", 30),
  ofProbe("liveness", "timeoutSeconds", 10),
  ofCheck("check of the balancer: interval, seconds", "intervalSeconds", 20),
  ofCheck("check of the balancer: failures that take out", "fall", 5),
];

/** Returns the same setup with a limited number of replicas. */
function fewerOf(setup: Setup): Setup {
  const { replicas, troubles } = setup;
  if (replicas <= MOST) return setup;
  return {
    ...setup,
    replicas: MOST,
    ...(troubles && {
      troubles: troubles.map((trouble) =>
        trouble.replicas
          ? { ...trouble, replicas: trouble.replicas.map((replica) => Math.floor((replica * MOST) / replicas)) }
          : trouble,
      ),
    }),
  };
}
