// The build replaces these with the text of each program. A bundled service then needs no second file.
declare const HEALTH_STATE_LOAD_PROGRAM: string;
declare const HEALTH_STATE_PROBE_PROGRAM: string;

/** The program of a worker: its text, or its file if the library was not built. */
export interface Program {
  readonly source: string | URL;
  /** Whether the source is the text itself. */
  readonly eval: boolean;
}

/** The program of the loading thread of `offThread()`. */
export function loadProgram(): Program {
  return typeof HEALTH_STATE_LOAD_PROGRAM === "string"
    ? { source: HEALTH_STATE_LOAD_PROGRAM, eval: true }
    : { source: new URL("./worker/load.ts", import.meta.url), eval: false };
}

/** The program of the answering thread of `probeThread()`. */
export function probeProgram(): Program {
  return typeof HEALTH_STATE_PROBE_PROGRAM === "string"
    ? { source: HEALTH_STATE_PROBE_PROGRAM, eval: true }
    : { source: new URL("./worker/probe.ts", import.meta.url), eval: false };
}
