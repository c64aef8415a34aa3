const PROBES = ["/status", "/status/live", "/status/startup"] as const;
const EVERY_MS = 200;

/** Asks the probes over HTTP, as a prober does, and tells what changes. */
export interface ProbeWatch {
  /** How long the slowest answer took so far, in ms. */
  slowestMs(): number;
  /** Asks all of them once more, now. */
  ask(): Promise<void>;
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
  let turn: Promise<void> | undefined;

  const askOne = async (path: string): Promise<void> => {
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
    // While the server closes, a refused connection is the answer.
    for (const path of PROBES) await askOne(path).catch(() => {});
    turn = undefined;
  };

  const look = (): void => void (turn ??= askAll());
  const timer = setInterval(look, EVERY_MS).unref();
  look();
  return {
    slowestMs: () => slowestMs,
    async ask() {
      await turn;
      await (turn ??= askAll());
    },
    stop: () => clearInterval(timer),
  };
}
