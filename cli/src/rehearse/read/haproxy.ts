import { defaultServerOf, sectionsOf, wordAfter, type Directive } from "../../doctor/format/haproxy-section.ts";
import { secondsOf } from "../../doctor/model/duration.ts";
import { haproxy } from "../../probers/client/haproxy.ts";
import type { Reading, Workload } from "../model/spec.ts";
import { byOf } from "./compose.ts";
import { Assumptions, isOurs, questionOfPath } from "./question.ts";

/** Reads the backends of a haproxy.cfg that have servers. */
export function haproxyWorkloads(file: string, text: string, reading: Reading): readonly Workload[] {
  let inherited: readonly Directive[] = [];
  const found: Workload[] = [];
  const names = [...text.matchAll(/^(backend|listen)\s+(\S+)/gm)].map(([, kind, name]) => `${kind} ${name}`);
  for (const { kind, directives } of sectionsOf(file, text)) {
    if (kind === "defaults") inherited = directives;
    if (kind !== "backend" && kind !== "listen") continue;
    const name = names.shift() ?? kind;
    const all = directives.filter(({ words }) => /^server(-template)?$/.test(words[0] ?? ""));
    const own = all.filter(({ words }) => !words.includes("backup"));
    const servers = own.length > 0 ? own : all;
    const [first, ...others] = servers;
    if (first) found.push(workloadOf(name, [first, ...others], [...inherited, ...directives], reading));
  }
  return found;
}

function workloadOf(
  name: string,
  [first, ...servers]: readonly [Directive, ...Directive[]],
  all: readonly Directive[],
  reading: Reading,
): Workload {
  const assumed = new Assumptions();
  const standard = defaultServerOf(all);
  const isChecked = [...first.words, ...standard].includes("check");
  const setting = (key: string): string | undefined => wordAfter(first.words, key) ?? wordAfter(standard, key);
  // HAProxy refuses 0 in each of these places.
  const intervalSeconds = secondsOf(setting("inter"), "ms") || Number(haproxy.settings.inter.value);
  const fall = Number(setting("fall")) || Number(haproxy.settings.fall.value);
  const rise = Number(setting("rise")) || Number(haproxy.settings.rise.value);
  const limit = all.filter(({ words }) => words[0] === "timeout" && words[1] === "check").at(-1);
  const timeoutSeconds = secondsOf(limit?.words[2], "ms") || intervalSeconds;
  const option = all.filter(({ words }) => words[0] === "option" && words[1] === "httpchk").at(-1);
  const send = all.filter(({ words }) => words[0] === "http-check" && words.includes("uri")).at(-1);
  const said = option?.words.slice(2) ?? [];
  const path = option && ((send && wordAfter(send.words, "uri")) ?? (said.length > 1 ? said[1] : said[0]) ?? "/");
  const question =
    path === undefined ? ({ asks: "liveness", by: "tcp" } as const) : questionOfPath(path, reading, assumed);
  assumed.add(
    "the servers are replaced one after the other, each under the same name, and HAProxy gets no message about it",
  );
  assumed.add("SIGKILL comes 30 s after SIGTERM");
  const backups = all.filter(({ words }) => words[0] === "server" && words.includes("backup")).length;
  if (backups > 0) assumed.add(`${backups === 1 ? "the backup server gets" : "the backup servers get"} no requests`);
  if (["fastinter", "downinter"].some((key) => setting(key) !== undefined))
    assumed.add("every check comes after inter, because fastinter and downinter are not simulated");
  const placeOf = (key: string): Directive =>
    first.words.includes(key)
      ? first
      : (all.filter(({ words }) => words[0] === "default-server" && words.includes(key)).at(-1) ?? first);
  const at = { line: placeOf("inter").line, written: placeOf("inter").words.join(" ") };
  const asked = send ?? option ?? first;
  return {
    file: first.file,
    line: first.line,
    name,
    platform: "haproxy",
    ours: isOurs([path]),
    spec: {
      replicas: reading.replicas ?? [first, ...servers].reduce((sum, server) => sum + howMany(server), 0),
      router: isChecked ? "haproxy" : "direct",
      ...(isChecked && {
        check: {
          ...byOf(question),
          intervalSeconds,
          timeoutSeconds,
          rise,
          fall,
          ...(reading.checkers !== undefined && { checkers: reading.checkers }),
        },
      }),
      probes: {},
      graceSeconds: 30,
      preStopSeconds: 0,
      told: false,
      maxSurge: 0,
      maxUnavailable: 1,
    },
    knobs: {
      replicas: { line: first.line },
      "check.path": { line: asked.line, written: asked.words.join(" ") },
      "check.period": at,
      "check.failures": at,
      "check.timeout": limit ? { line: limit.line, written: limit.words.join(" ") } : at,
    },
    handlers: {},
    paths: path === undefined ? {} : { check: path },
    assumed: assumed.all,
  };
}

/** The number of servers in a line. */
function howMany({ words }: Directive): number {
  if (words[0] !== "server-template") return 1;
  const [, from, to] = /^(?:(\d+)-)?(\d+)$/.exec(words[2] ?? "") ?? [];
  return to === undefined ? 1 : Math.max(1, from === undefined ? Number(to) : Number(to) - Number(from) + 1);
}
