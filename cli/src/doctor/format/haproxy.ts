import { haproxy } from "../../probers/index.ts";
import { secondsOf } from "../model/duration.ts";
import type { Report } from "../model/report.ts";
import { judgeDrain, judgeStale, judgeTcp, judgeTimes } from "../rule/balancer.ts";
import { areOurs, judgePath } from "../rule/path.ts";
import { judgeExpect, type Expect } from "./haproxy-expect.ts";
import { defaultServerOf, sectionsOf, wordAfter, type Directive } from "./haproxy-section.ts";

/** The kinds of check exclude each other: the last one counts, and a backend's own before that of defaults. */
const KINDS =
  /^(httpchk|tcp-check|ssl-hello-chk|smtpchk|ldap-check|mysql-check|pgsql-check|redis-check|spop-check|external-check)$/;

/** Judges the health checks of a haproxy.cfg. */
export function judgeHaproxy(report: Report, file: string, text: string): void {
  let last: readonly Directive[] = [];
  const named = new Map<string, readonly Directive[]>();
  for (const { kind, name, from, directives } of sectionsOf(file, text)) {
    const inherited = (from === undefined ? undefined : named.get(from)) ?? last;
    if (kind === "defaults") {
      last = from === undefined ? directives : [...inherited, ...directives];
      if (name !== undefined) named.set(name, last);
    }
    if (kind === "backend" || kind === "listen") judgeBackend(report, directives, inherited);
  }
}

function judgeBackend(report: Report, own: readonly Directive[], inherited: readonly Directive[]): void {
  const servers = own.filter(({ words }) => /^server(-template)?$/.test(words[0] ?? "") && !words.includes("disabled"));
  if (servers.length === 0) return;
  const all = [...inherited, ...own];
  const standard = defaultServerOf(all);
  const isChecked = ({ words }: Directive): boolean =>
    !words.includes("no-check") &&
    [...words, ...standard].some((word) => word === "check" || word === "agent-check" || word === "track");
  const [checked, ...others] = servers.filter(isChecked);
  judgeUnchecked(
    report,
    own,
    servers,
    servers.filter((server) => !isChecked(server)),
  );
  if (!checked) return;
  report.seen(checked);
  if (wordAfter(checked.words, "track") !== undefined) return;
  const check = all.filter(({ words }) => words[0] === "option" && KINDS.test(words[1] ?? "")).at(-1);
  const isHttp = check?.words[1] === "httpchk";
  if (isHttp) judgeHttp(report, check, own.some(isHttpRule) ? own : inherited);
  else if (isBare(check, all) && !checked.words.includes("agent-check"))
    judgeTcp(
      report,
      checked,
      "option httpchk\nhttp-check send meth GET uri /ready ver HTTP/1.1 hdr Host app.example.test",
    );
  judgeNumbers(report, checked, standard, all);
  for (const server of others) if (wordAfter(server.words, "fall") === "1") judgeFall(report, server);
}

/** A backend with rules of its own takes none from its defaults. */
function isHttpRule({ words: [head, name = ""] }: Directive): boolean {
  return (
    (head === "http-check" && !/^(disable-on-404|send-state)$/.test(name)) || (head === "option" && name === "httpchk")
  );
}

/** Whether the check only opens a connection: a script of tcp-check says and hears something. */
function isBare(check: Directive | undefined, all: readonly Directive[]): boolean {
  if (check && check.words[1] !== "tcp-check") return false;
  return !all.some(({ words }) => words[0] === "tcp-check" && /^(expect|send|send-binary)/.test(words[1] ?? ""));
}

/** A lone server is always tried; of several, one that nobody checks gets traffic while it is down. */
function judgeUnchecked(
  report: Report,
  own: readonly Directive[],
  servers: readonly Directive[],
  unchecked: readonly Directive[],
): void {
  const [first] = unchecked;
  // A lone server is told apart by what its backend says about checks.
  const several =
    servers.length > 1 ||
    servers[0]?.words[0] === "server-template" ||
    own.some(({ words }) => words[0] === "http-check" || (words[0] === "option" && KINDS.test(words[1] ?? "")));
  if (!first || !several || own.some(({ words }) => words[0] === "use-server")) return;
  const some = unchecked.length < servers.length;
  for (const server of some ? unchecked : [first])
    report.add({
      rule: "no-check",
      severity: "warning",
      at: server,
      what: some
        ? `The other servers of this backend have a check, but ${server.words[1]} has none.`
        : "No server of this backend has a check.",
      why: "HAProxy counts a server without a check as up. It sends requests to the server even while the server is down.",
      fix: `${server.words.join(" ")} check`,
    });
}

function judgeHttp(report: Report, option: Directive, rules: readonly Directive[]): void {
  const sends = rules.filter(({ words }) => words[0] === "http-check" && words[1] === "send");
  const path = pathOf(option, sends);
  const ours = areOurs(report, [path.text]);
  judgeMethod(report, option, sends, { path: path.text, ours });
  const expects = rules.filter(({ words }) => words[0] === "http-check" && words[1] === "expect").map(expectOf);
  judgeExpect(report, expects, option, ours);
  judgePath(report, ["routes"], { path: path.text, at: path.at, context: path.at.words.join(" ") }, { ours });
  judgeStale(report, haproxy, path.text, path.at);
}

function pathOf(option: Directive, sends: readonly Directive[]): { readonly text: string; readonly at: Directive } {
  const said = option.words.slice(2);
  const at = sends.find(({ words }) => words.includes("uri"));
  const text = (at && wordAfter(at.words, "uri")) ?? (said.length > 1 ? said[1] : said[0]) ?? "/";
  return { text, at: at ?? option };
}

/** Which method and version the check sends. Other services may well answer OPTIONS. */
function judgeMethod(
  report: Report,
  option: Directive,
  sends: readonly Directive[],
  { path, ours }: { readonly path: string; readonly ours: boolean },
): void {
  const said = option.words.slice(2);
  const method =
    sends.map(({ words }) => wordAfter(words, "meth")).find((word) => word !== undefined) ??
    (said.length > 1 ? said[0] : undefined);
  const fix = `option httpchk\nhttp-check send meth GET uri ${path} ver HTTP/1.1 hdr Host app.example.test`;
  const isOptions = method === undefined || method === "OPTIONS";
  if (isOptions && ours)
    report.add({
      rule: "options-method",
      severity: "error",
      at: option,
      what: "The check sends OPTIONS, which is HAProxy's default.",
      why: "The library answers 405, so the server never comes up. With a framework that answers 204, the server is always up.",
      fix,
    });
  const hasVersion = /HTTP\/1\.1/.test(said.slice(2).join(" ")) || sends.some(({ words }) => words.includes("ver"));
  if (isOptions || said.length < 2 || hasVersion) return;
  report.add({
    rule: "http10-without-host",
    severity: "note",
    at: option,
    what: "The check uses HTTP/1.0 and sends no Host header.",
    why: "Many servers refuse such a request, and a server with virtual hosts cannot tell which of them is meant.",
    fix,
  });
}

function judgeNumbers(report: Report, server: Directive, standard: readonly string[], all: readonly Directive[]): void {
  const setting = (name: string): string | undefined => wordAfter(server.words, name) ?? wordAfter(standard, name);
  const interval = secondsOf(setting("inter"), "ms") ?? Number(haproxy.settings.inter.value);
  const fall = Number(setting("fall") ?? haproxy.settings.fall.value);
  const limit = all.filter(({ words }) => words[0] === "timeout" && words[1] === "check").at(-1);
  const timeout = secondsOf(limit?.words[2], "ms") ?? interval;
  if (limit) judgeTimes(report, { timeout, period: interval }, limit, { fix: `timeout check ${durationOf(interval)}` });
  if (fall === 1) judgeFall(report, server);
  if (Number.isFinite(fall))
    judgeDrain(report, fall * interval + timeout, `${fall} x ${interval} + ${timeout}`, server);
}

function judgeFall(report: Report, server: Directive): void {
  report.add({
    rule: "aggressive-threshold",
    severity: "warning",
    at: server,
    what: "fall is 1, so one failed check is enough.",
    why: "One slow answer takes the server out.",
    fix: "fall 2",
  });
}

/** HAProxy refuses a decimal point. */
function durationOf(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1_000)}ms`;
}

function expectOf({ words, ...at }: Directive): Expect {
  const rest = words.slice(2);
  // Options come first, each with a value.
  while (/^(comment|min-recv|ok-status|error-status|tout-status|on-success|on-error|status-code)$/.test(rest[0] ?? ""))
    rest.splice(0, 2);
  const negative = rest[0] === "!";
  const [kind = "", ...pattern] = negative ? rest.slice(1) : rest;
  return { kind, pattern: pattern.join(" "), negative, at };
}
