import type { FleetStore } from "health-state/fleet";

/** After so long a call has settled, so that the next can be sent. */
const SETTLED_MS = 2_000;

/**
 * The store of another process, asked by HTTP. PGlite runs in one process alone, so the replicas cannot open it
 * themselves. Redis and PostgreSQL need nothing like it.
 */
export function overHttp(url: string): FleetStore {
  const call = async (verb: string, ...given: readonly unknown[]): Promise<unknown> => {
    const signal = AbortSignal.timeout(SETTLED_MS);
    const answer = await fetch(`${url}/${verb}`, { method: "POST", body: JSON.stringify(given), signal });
    const body: unknown = await answer.json();
    if (!answer.ok) throw new Error(String(body));
    return body;
  };
  // SAFETY: the other side is pglite-server.ts, which gives what a store gave.
  return {
    beat: (group, beat) => call("beat", group, beat) as ReturnType<FleetStore["beat"]>,
    read: (group) => call("read", group) as ReturnType<FleetStore["read"]>,
    write: (group, note) => call("write", group, note) as ReturnType<FleetStore["write"]>,
  };
}
