import type { Health, Probe } from "../../src/index.ts";
import type { Line } from "./cells.ts";

/** Where each probe answers by default. */
export const PATH_OF: Readonly<Record<Probe, string>> = {
  readiness: "/status",
  liveness: "/status/live",
  startup: "/status/startup",
};

export const PROBES: readonly Probe[] = ["readiness", "liveness", "startup"];

/** A whole answer: status, body, and every header, names in lower case. */
export interface Whole {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The whole answer that a line of the table stands for. */
export function wholeOf([status, word, state, retryAfter]: Line, method: "GET" | "HEAD" = "GET"): Whole {
  return {
    status,
    body: method === "HEAD" ? "" : word,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": String(word.length),
      ...(state && { "health-state": state }),
      ...(retryAfter && { "retry-after": retryAfter }),
    },
  };
}

/** What is not ours: a path, or a method. */
export const NOT_OURS: Readonly<Record<404 | 405, Whole>> = {
  404: {
    status: 404,
    body: "",
    headers: { "cache-control": "no-store", "x-content-type-options": "nosniff", "content-length": "0" },
  },
  405: {
    status: 405,
    body: "",
    headers: {
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": "0",
      allow: "GET, HEAD",
    },
  },
};

/** Reads a web Response whole. */
export async function read(response: Response): Promise<Whole> {
  return { status: response.status, body: await response.text(), headers: Object.fromEntries(response.headers) };
}

/** Asks over the Fetch API. */
export function ask(health: Health, target: string, init?: RequestInit): Promise<Whole> {
  return read(health.fetch(new Request(`http://prober.test${target}`, init)));
}
