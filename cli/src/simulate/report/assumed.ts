import type { Duration } from "health-state";
import { balancerOf } from "../model/balancer.ts";
import type { KubeletProbe, Setup } from "../model/setup.ts";
import { resolveSetup } from "../model/setup.ts";
import { spanOf } from "../model/span.ts";
import type { Played } from "../scenario/scenario.ts";

/**
 * Returns the assumptions of the variants of a scenario as clauses. First come those of all variants. Each of the others
 * names its variants.
 */
export function assumptionsOf({ variants }: Pick<Played, "variants">): readonly string[] {
  const each = variants.map(({ setup }) => textsOf(setup));
  const all = [...new Set(each.flat())];
  const namesOf = (text: string): readonly string[] =>
    each.flatMap((texts, index) => (texts.includes(text) ? [String.fromCharCode(65 + index)] : []));
  const isShared = (text: string): boolean => namesOf(text).length === variants.length;
  return [
    ...all.filter(isShared),
    ...all.filter((text) => !isShared(text)).map((text) => `${namesOf(text).join(", ")}: ${text}`),
  ];
}

function textsOf(setup: Setup): readonly string[] {
  return [
    limitsText(setup),
    ...probeTexts(setup),
    routerText(setup),
    restText(setup),
    ...fleetTexts(setup),
    ...revisionTexts(setup),
  ];
}

function limitsText({ limits }: Setup): string {
  const { refreshEvery, staleAfter, refuseAfter, jitter = 0.1 } = limits;
  return `refreshEvery ${durationText(refreshEvery)}, plus or minus ${Math.round(100 * jitter)} %; staleAfter ${durationText(staleAfter)}; refuseAfter ${durationText(refuseAfter ?? staleAfter)}`;
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

/** The paths of the library, which say more to an operator than the names of the probes. */
const PATH_OF = { readiness: "/status", liveness: "/status/live", startup: "/status/startup" } as const;

function probeText(name: string, probe: KubeletProbe): string {
  const { asks, periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3, successThreshold = 1 } = probe;
  return `${name}Probe requests ${PATH_OF[asks]} every ${periodSeconds} s and waits ${timeoutSeconds} s for an answer; its result changes after ${inRow(failureThreshold, "failure", "failures")}, or ${inRow(successThreshold, "pass", "passes")}`;
}

function inRow(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many} in a row`;
}

function routerText({ router, check, propagationSeconds = 2 }: Setup): string {
  if (router === "kubernetes") return `every node knows a change of readiness after ${propagationSeconds} s`;
  if (router === "direct") return "every replica gets requests";
  const { intervalSeconds, timeoutSeconds, rule } = balancerOf(router, check);
  return `${router} checks every ${intervalSeconds} s and waits ${timeoutSeconds} s for an answer; ${rule.fall} failures in a row take a replica out, and ${rule.rise} passes bring it back`;
}

function fleetTexts({ fleet }: Setup): readonly string[] {
  if (!fleet) return [];
  const { leave = "10%", loads, rollout } = fleet;
  const turns = loads === undefined ? "no limit for loads at once" : `at most ${loads} loads at once`;
  const texts = [
    `the fleet has leave ${leave} and ${turns}; each replica reports to the store every 5 s, and the store answers at once`,
  ];
  if (rollout) {
    const { first = 1, soakSeconds = 600 } = rollout;
    texts.push(
      `the rollout begins with ${first} replica${first === 1 ? "" : "s"}; if the replicas with the new revision stay healthy for ${spanOf(soakSeconds)}, 25% more load it`,
    );
  }
  return texts;
}

const KINDS = { good: "", rejected: ", which validate rejects", failing: ", which cannot be loaded" } as const;

function revisionTexts({ revisions = [] }: Setup): readonly string[] {
  return revisions.map(
    ({ fromSeconds, revision, kind = "good" }) =>
      `the source announces ${revision} ${fromSeconds === 0 ? "from the start" : `after ${spanOf(fromSeconds)}`}${KINDS[kind]}`,
  );
}

function restText(setup: Setup): string {
  const { drainMs, graceMs, bootMs, requestsPerMs } = resolveSetup(setup);
  return `${requestsPerMs * 1_000} requests a second, without retries; a process listens after ${spanOf(bootMs / 1_000)}; after SIGTERM it drains for ${spanOf(drainMs / 1_000)} and is killed after ${spanOf(graceMs / 1_000)}`;
}
