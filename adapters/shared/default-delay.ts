/** The delay where somebody probes, in ms. */
const DELAY_MS = 10_000;

/** The part of the platform that is read. */
interface GlobalLike {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly execArgv?: readonly string[];
  };
  readonly Deno?: {
    readonly permissions?: { querySync(what: { name: "env"; variable: string }): { readonly state: string } };
  };
}

/** How long a drain keeps serving if nobody says so: 10 s, and 0 in development, where nobody probes. */
export function defaultDelayMs(): number {
  if (readEnv("KUBERNETES_SERVICE_HOST")) return DELAY_MS;
  const mode = readEnv("NODE_ENV");
  return mode === "development" || mode === "test" || isWatched() ? 0 : DELAY_MS;
}

/** Whether `node --watch` runs this process: it waits for the end of one run before it begins the next. */
function isWatched(): boolean {
  const { process } = globalThis as GlobalLike; // SAFETY: each field is optional, and read as what it may be
  return Boolean(readEnv("WATCH_REPORT_DEPENDENCIES") || process?.execArgv?.some((flag) => /^--watch\b/.test(flag)));
}

/** A variable of the environment; `undefined` where it may not be read. */
function readEnv(variable: string): string | undefined {
  const { Deno, process } = globalThis as GlobalLike; // SAFETY: as above
  try {
    // Reading without leave throws on Deno, or asks at the terminal.
    if (Deno?.permissions && Deno.permissions.querySync({ name: "env", variable }).state !== "granted")
      return undefined;
    return process?.env?.[variable];
  } catch {
    return undefined;
  }
}
