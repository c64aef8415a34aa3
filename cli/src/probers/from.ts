import { zPages, type Probe, type Words } from "health-state";
import { planOf, type ConfigOptions } from "./model/plan.ts";

/** What a running service answers. */
export interface Told {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Asks a URL by GET. Rejects if there is no answer. */
export type Ask = (url: string, accept: string) => Promise<Told>;

const PROBES: readonly Probe[] = ["readiness", "liveness", "startup"];

/**
 * Asks a running service for its paths, its words and its port. The URL is that of its OpenAPI document, if the document
 * has the paths of `openapi()`, or that of its readiness.
 *
 * @throws Error that says what was asked and what came, for a URL that leads to neither
 * @example
 * const told = await optionsFrom("http://127.0.0.1:5100/status", ask);
 * const [deployment] = configure("kubernetes", { ...told, loadTime: "2m" });
 */
export async function optionsFrom(url: string, ask: Ask): Promise<ConfigOptions> {
  const { port, pathname, origin, protocol } = new URL(url);
  const first = await ask(url, "application/json, text/plain;q=0.5");
  const document = first.contentType.includes("json") ? objectIn(first.body) : undefined;
  const told = document?.["openapi"] === undefined ? undefined : fromDocument(document);
  const known = told ?? (await fromProbes(origin, pathname.replace(/(?<=.)\/$/, ""), ask));
  // A URL without a port means that of its scheme.
  return { port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port), ...known };
}

type Json = Readonly<Record<string, unknown>>;

/** The three paths and the words, as `openapi()` describes them. */
function fromDocument(document: Json): ConfigOptions | undefined {
  const paths = Object.entries(toObject(document["paths"]));
  const found: { [P in Probe]?: string } = {};
  const words: { -readonly [O in keyof Words]?: string } = {};
  for (const [path, item] of paths) {
    const get = toObject(toObject(item)["get"]);
    const probe = PROBES.find((name) => String(get["summary"]).toLowerCase() === name);
    if (probe === undefined) continue;
    found[probe] ??= path;
    for (const response of Object.values(toObject(get["responses"]))) {
      const examples = toObject(toObject(toObject(toObject(response)["content"])["text/plain"])["examples"]);
      for (const [outcome, example] of Object.entries(EXAMPLES)) {
        const word = toObject(examples[example])["value"];
        if (typeof word === "string") words[toOutcome(outcome)] = word;
      }
    }
  }
  const { readiness, liveness, startup } = found;
  if (readiness === undefined || liveness === undefined || startup === undefined) return undefined;
  return { paths: { readiness, liveness, startup }, words };
}

/** Which example of the document says which word. */
const EXAMPLES = { ok: "READY", notLoaded: "NOT_LOADED", stale: "TOO_OLD", draining: "DRAINING", wedged: "WEDGED" };

function toOutcome(name: string): keyof Words {
  return name === "ok" || name === "notLoaded" || name === "stale" || name === "draining" ? name : "wedged";
}

/** Looks for the two other probes beside the readiness path, and takes the word from liveness. */
async function fromProbes(origin: string, readiness: string, ask: Ask): Promise<ConfigOptions> {
  const family = /^(.*)\/readyz$/.exec(readiness);
  const base = family?.[1] ?? "";
  const beside = family
    ? planOf({ base, paths: zPages }).paths
    : { liveness: `${readiness}/live`, startup: `${readiness}/startup` };
  const answers = await Promise.all(
    [readiness, beside.liveness, beside.startup].map(
      async (path) => [path, await ask(origin + path, "text/plain")] as const,
    ),
  );
  for (const [path, { status, body }] of answers)
    if ((status !== 200 && status !== 503) || !/^[!-~]{1,64}$/.test(body))
      throw new Error(
        `${origin}${path} answers ${status}, but a probe of the library answers 200 or 503 with one word. Pass the URL of readiness, such as ${origin}${planOf().paths.readiness}, or of the OpenAPI document`,
      );
  const alive = answers[1]?.[1];
  return {
    paths: { readiness, liveness: beside.liveness, startup: beside.startup },
    ...(alive?.status === 200 && { words: { ok: alive.body } }),
  };
}

function objectIn(text: string): Json | undefined {
  try {
    return toObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function toObject(value: unknown): Json {
  // SAFETY: every property of an object can be read; what it holds is looked at where it is read.
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
