import { haproxy } from "../../src/probers/index.ts";
import { secondsOf } from "./duration.ts";
import type { Place, Report } from "./finding.ts";
import { judgeExpect, type Expect } from "./haproxy-expect.ts";
import { judgePath } from "./role.ts";
import { judgeDrain, judgeStale } from "./stale.ts";

/** A directive and where it stands. */
interface Directive extends Place {
  readonly words: readonly string[];
}

interface Section {
  readonly kind: string;
  readonly directives: Directive[];
}

const SECTION =
  /^(global|defaults|frontend|backend|listen|resolvers|peers|userlist|cache|mailers|program|ring|http-errors|log-forward|fcgi-app|crt-store|traces)$/;

/** Judges the health checks of a haproxy.cfg. */
export function judgeHaproxy(report: Report, file: string, text: string): void {
  let inherited: readonly Directive[] = [];
  for (const { kind, directives } of sectionsOf(file, text)) {
    if (kind === "defaults") inherited = directives;
    if (kind === "backend" || kind === "listen") judgeBackend(report, directives, inherited);
  }
}

function judgeBackend(report: Report, own: readonly Directive[], inherited: readonly Directive[]): void {
  const servers = own.filter(({ words }) => words[0] === "server" || words[0] === "server-template");
  const [first] = servers;
  if (!first) return;
  const all = [...inherited, ...own];
  const standard = all.filter(({ words }) => words[0] === "default-server").flatMap(({ words }) => words.slice(1));
  const checked =
    servers.find(({ words }) => words.includes("check")) ?? (standard.includes("check") ? first : undefined);
  if (!checked) {
    report.add(
      "no-check",
      "warning",
      first,
      "Without check every server counts as up, whatever it answers.",
      `${first.words.join(" ")} check`,
    );
    return;
  }
  report.seen();
  const option = all.filter(({ words }) => words[0] === "option" && words[1] === "httpchk").at(-1);
  const sends = all.filter(({ words }) => words[0] === "http-check" && words[1] === "send");
  if (!option) {
    report.add(
      "tcp-check",
      "warning",
      checked,
      "Without option httpchk a server is up while the kernel accepts connections, stopped or not ready.",
      "option httpchk and http-check send meth GET uri /status ver HTTP/1.1 hdr Host ...",
    );
    return;
  }
  const path = judgeSend(report, option, sends);
  const expects = all.filter(({ words }) => words[0] === "http-check" && words[1] === "expect").map(expectOf);
  judgeExpect(report, expects, option);
  judgePath(report, ["routes"], path.text, path.at);
  judgeStale(report, haproxy, path.text, path.at);
  judgeTimes(report, checked, standard, all);
}

/** Which method, version and path the check sends. */
function judgeSend(
  report: Report,
  option: Directive,
  sends: readonly Directive[],
): { readonly text: string; readonly at: Directive } {
  const said = option.words.slice(2);
  const method =
    sends.map(({ words }) => after(words, "meth")).find((word) => word !== undefined) ??
    (said.length > 1 ? said[0] : undefined);
  const uriAt = sends.find(({ words }) => words.includes("uri"));
  const text = (uriAt && after(uriAt.words, "uri")) ?? (said.length > 1 ? said[1] : said[0]) ?? "/";
  const fix = `option httpchk, then http-check send meth GET uri ${text} ver HTTP/1.1 hdr Host app.example.test`;
  if (method === undefined || method === "OPTIONS")
    report.add(
      "options-method",
      "error",
      option,
      "HAProxy asks by OPTIONS: with a 405 the server is down for ever, with an automatic 204 it is up while not ready.",
      fix,
    );
  else if (
    said.length > 1 &&
    !/HTTP\/1\.1/.test(said.slice(2).join(" ")) &&
    !sends.some(({ words }) => words.includes("ver"))
  )
    report.add(
      "http10-without-host",
      "note",
      option,
      "This form asks in HTTP/1.0 without a Host, which many servers and all virtual hosts refuse.",
      fix,
    );
  return { text, at: uriAt ?? option };
}

function judgeTimes(report: Report, server: Directive, standard: readonly string[], all: readonly Directive[]): void {
  const setting = (name: string): string | undefined => after(server.words, name) ?? after(standard, name);
  const interval = secondsOf(setting("inter"), "ms") ?? Number(haproxy.settings.inter.value);
  const fall = Number(setting("fall") ?? haproxy.settings.fall.value);
  const limit = all.filter(({ words }) => words[0] === "timeout" && words[1] === "check").at(-1);
  const timeout = secondsOf(limit?.words[2], "ms") ?? interval;
  if (limit && timeout > interval)
    report.add(
      "timeout-over-period",
      "warning",
      limit,
      `A check may take ${timeout} s and the next is due after ${interval} s.`,
      `timeout check ${interval}s`,
    );
  if (fall === 1)
    report.add("aggressive-threshold", "warning", server, "One slow answer takes the server down.", "fall 2");
  if (Number.isFinite(fall))
    judgeDrain(report, fall * interval + timeout, `${fall} x ${interval} + ${timeout}`, server);
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

function after(words: readonly string[], name: string): string | undefined {
  const index = words.indexOf(name);
  return index < 0 ? undefined : words[index + 1];
}

function sectionsOf(file: string, text: string): readonly Section[] {
  const sections: Section[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const words = (raw.replace(/(^|\s)#.*$/, "").match(/(?:\\.|"[^"]*"|'[^']*'|[^\s])+/g) ?? []).map((word) =>
      word.replaceAll(/^["']|["']$/g, ""),
    );
    const [head = ""] = words;
    if (head === "") return;
    if (SECTION.test(head) && !/^\s/.test(raw)) sections.push({ kind: head, directives: [] });
    else
      sections.at(-1)?.directives.push({
        file,
        line: index + 1,
        field: words
          .slice(0, head === "server" ? 2 : head === "option" || head === "http-check" || head === "timeout" ? 2 : 1)
          .join(" "),
        words,
      });
  });
  return sections;
}
