const PROBES = ["/status", "/status/live", "/status/startup"] as const;
const EVERY_MS = 200;

/** Asks the probes over HTTP, as a prober does, and tells what changes. */
export interface ProbeWatch {
  /** How long the slowest answer took so far, in ms. */
  slowestMs(): number;
  stop(): void;
}

/**
 * Starts to ask, five times a second. Takes a timer that does not keep the process alive.
 *
 * @param onChange told `/status 503 INDEX-NOT-LOADED`, at first and when it changes
 */
export function watchProbes(origin: string, onChange: (line: string) => void): ProbeWatch {
  const last = new Map<string, string>();
  let slowestMs = 0;
  let asking = false;

  const ask = async (path: string): Promise<void> => {
    const askedAt = performance.now();
    const answer = await fetch(origin + path, { headers: { connection: "close" } });
    const state = answer.headers.get("health-state");
    const line = `${answer.status} ${await answer.text()}${state === null ? "" : ` (${state})`}`;
    slowestMs = Math.max(slowestMs, performance.now() - askedAt);
    if (last.get(path) === line) return;
    last.set(path, line);
    onChange(`${path.padEnd(15)} ${line}`);
  };

  const askAll = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    // While the server closes, a refused connection is the answer.
    for (const path of PROBES) await ask(path).catch(() => {});
    asking = false;
  };

  const timer = setInterval(() => void askAll(), EVERY_MS).unref();
  void askAll();
  return { slowestMs: () => slowestMs, stop: () => clearInterval(timer) };
}
