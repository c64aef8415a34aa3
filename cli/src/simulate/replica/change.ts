import { eventMs, type ResolvedSetup, type Setup } from "../model/setup.ts";

/** How long the loads of a replica continue to fail. This is unknown if another trouble follows. */
export function failsFor({ troubles = [] }: Setup, replica: number, now: number): number {
  const [first, ...more] = troubles.filter(({ replicas }) => replicas?.includes(replica) ?? true);
  return first && more.length === 0 ? first.untilSeconds * 1_000 - now : Infinity;
}

/**
 * The next time at which the source or the state of a replica may change, except by a stall.
 *
 * @param fails whether the loads fail now
 */
export function changesAt(resolved: ResolvedSetup, replica: number, now: number, fails: boolean): number {
  const { setup, untilMs } = resolved;
  const isOld = replica < setup.replicas;
  const { deploy, nodeDrain, troubles = [] } = setup;
  const own = troubles.filter(({ replicas }) => replicas?.includes(replica) ?? true);
  const running = own.find(({ fromSeconds, untilSeconds }) => fromSeconds <= now / 1_000 && now / 1_000 < untilSeconds);
  // During a trouble only failures are steady. Outside of it, only successes are.
  if ((running?.kind === "down") !== fails || (running && !fails)) return now;
  const instants = [
    ...own.flatMap(({ fromSeconds, untilSeconds }) => [fromSeconds, untilSeconds]),
    ...(nodeDrain ? [eventMs(nodeDrain.atSeconds, resolved) / 1_000] : []),
  ].map((seconds) => Math.round(seconds * 1_000));
  const deploysAt = deploy && isOld ? eventMs(deploy.atSeconds, resolved) : Infinity;
  // After the start of a deploy, each old replica may be the next.
  if (deploysAt <= now) return now;
  const next = Math.min(deploysAt, ...instants.filter((at) => at > now));
  // Failures may continue to the end. A successful replica must have a real value at the last moment.
  return fails ? next : Math.min(next, untilMs + resolved.graceMs);
}
