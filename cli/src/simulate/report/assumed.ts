import type { Duration } from "health-state";
import { balancerOf } from "../model/balancer.ts";
import type { KubeletProbe, Setup } from "../model/setup.ts";
import { resolveSetup } from "../model/setup.ts";
import { spanOf } from "../model/span.ts";
import type { Played } from "../scenario/scenario.ts";

/** Returns the assumptions of the variants of a scenario as clauses. */
export function assumptionsOf({ variants }: Pick<Played, "variants">): readonly string[] {
  const setups = variants.map(({ setup }) => setup);
  return [
    ...new Set(
      setups.flatMap((setup) => [
        limitsText(setup),
        ...probeTexts(setup),
        routerText(setup),
        restText(setup),
        ...fleetTexts(setup),
        ...revisionTexts(setup),
      ]),
    ),
  ];
}

function limitsText({ limits }: Setup): string {
  const { refreshEvery, staleAfter, refuseAfter, jitter = 0.1 } = limits;
  return `refreshEvery ${durationText(refreshEvery)}, give or take ${Math.round(100 * jitter)} %; staleAfter ${durationText(staleAfter)}; refuseAfter ${durationText(refuseAfter ?? staleAfter)}`;
}

function durationText(duration: Duration | undefined): string {
  return typeof duration === "number" ? spanOf(duration / 1_000) : String(duration);
}

function probeTexts({ probes }: Setup): readonly string[] {
  return (["startup", "readiness", "liveness"] as const).flatMap((name) => {
    const probe = probes[name];
    return probe ? [probeText(name, probe)] : [];
  });
}

function probeText(name: string, probe: KubeletProbe): string {
  const { asks, periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3, successThreshold = 1 } = probe;
  return `${name}Probe asks ${asks} every ${periodSeconds} s, waits ${timeoutSeconds} s, turns after ${failureThreshold} failures or ${successThreshold} pass`;
}

function routerText({ router, check, propagationSeconds = 2 }: Setup): string {
  if (router === "kubernetes") return `a change of readiness is known on every node after ${propagationSeconds} s`;
  if (router === "direct") return "everybody gets requests";
  const { intervalSeconds, timeoutSeconds, rule } = balancerOf(router, check);
  return `${router} asks every ${intervalSeconds} s, waits ${timeoutSeconds} s, takes out after ${rule.fall} failures and back after ${rule.rise} passes`;
}

function fleetTexts({ fleet }: Setup): readonly string[] {
  if (!fleet) return [];
  const { leave = "10%", loads, rollout } = fleet;
  const turns = loads === undefined ? "no limit of loads at once" : `${loads} loads at once`;
  const texts = [`a fleet: leave ${leave}, ${turns}, a beat every 5 s, a store that answers at once`];
  if (rollout) {
    const { first = 1, soakSeconds = 600 } = rollout;
    texts.push(`a rollout: first ${first}, then 25% more after each soak of ${spanOf(soakSeconds)}`);
  }
  return texts;
}

const KINDS = { good: "", rejected: ", which validate refuses", failing: ", whose load fails" } as const;

function revisionTexts({ revisions = [] }: Setup): readonly string[] {
  return revisions.map(
    ({ fromSeconds, revision, kind = "good" }) =>
      `the source announces ${revision} ${fromSeconds === 0 ? "from the start" : `after ${spanOf(fromSeconds)}`}${KINDS[kind]}`,
  );
}

function restText(setup: Setup): string {
  const { drainMs, graceMs, bootMs, requestsPerMs } = resolveSetup(setup);
  return `${requestsPerMs * 1_000} requests a second, none tried again; a process listens after ${spanOf(bootMs / 1_000)}, drains for ${spanOf(drainMs / 1_000)} and is killed after ${spanOf(graceMs / 1_000)}`;
}
