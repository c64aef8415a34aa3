import type { ExaminedFile } from "./examine.ts";
import { pageOf, type Finding, type Severity } from "./model/report.ts";
import { isRule, RULES } from "./model/rules.ts";

/** What a run found in one file. */
export type Result = ExaminedFile & {
  readonly file: string;
  /** Findings that somebody silenced with a reason. */
  readonly silenced: number;
};

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** The findings for a terminal, in lines of at most `columns` characters where words allow it. */
export function toText(results: readonly Result[], columns = Infinity): string {
  const findings = results.flatMap((result) => result.findings);
  const unread = results.flatMap((result) => result.unread);
  const blocks = findings.map((finding) => blockOf(finding, columns));
  const notRead = unread.map(
    ({ file, line, what, why }) => `${wrapped(`${file}:${line}: not read: ${what}. ${why}`, columns, "    ")}\n`,
  );
  return [...blocks, ...notRead, summaryOf(results)].join("\n");
}

function blockOf({ file, line, severity, rule, field, problem, message, fix }: Finding, columns: number): string {
  const [first = "", ...more] = fix.split("\n");
  const lines = [
    `${file}:${line}: ${severity} [${rule}] ${field}`,
    wrapped(`    ${problem} ${message}`, columns, "    "),
    ...(more.length === 0
      ? [`    instead: ${first}`]
      : ["    instead:", ...[first, ...more].map((text) => `        ${text}`)]),
    `    more: ${pageOf(rule)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function summaryOf(results: readonly Result[]): string {
  const total = (count: (result: Result) => number): number => results.reduce((sum, each) => sum + count(each), 0);
  const checks = total((result) => result.checks);
  const unread = total((result) => result.unread.length);
  const silenced = total((result) => result.silenced);
  const counts = SEVERITIES.map((severity) =>
    several(
      total(({ findings }) => findings.filter((each) => each.severity === severity).length),
      severity,
    ),
  );
  const parts = [
    `${checks === 0 ? "no health check" : several(checks, "check")} in ${several(results.length, "file")}: ${counts.join(", ")}`,
    ...(silenced > 0 ? [`${silenced} silenced`] : []),
    ...(unread > 0 ? [`${several(unread, "document")} not read`] : []),
  ];
  return `${parts.join("; ")}\n`;
}

function several(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** A text in lines of at most so many characters; a longer word stands alone. */
function wrapped(text: string, columns: number, indent: string): string {
  if (text.length <= columns) return text;
  const lines: string[] = [];
  let line = /^\s*/.exec(text)?.[0] ?? "";
  for (const word of text.trim().split(/ +/)) {
    const next = line.trim() === "" ? `${line}${word}` : `${line} ${word}`;
    if (next.length <= columns || line.trim() === "") line = next;
    else {
      lines.push(line);
      line = `${indent}${word}`;
    }
  }
  return [...lines, line].join("\n");
}

/** The findings as JSON, for scripts. */
export function toJson(results: readonly Result[]): string {
  const report = {
    files: results.map(({ file, kind, checks, unread, silenced }) => ({
      file,
      kind,
      checks,
      unread: unread.length,
      silenced,
    })),
    findings: results.flatMap((result) => result.findings).map(({ edit: _edit, ...finding }) => finding),
    unread: results.flatMap((result) =>
      result.unread.map((each) => ({ ...each, message: `not read: ${each.what}. ${each.why}` })),
    ),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Where a workflow command stands, and its title. */
interface Titled {
  readonly file: string;
  readonly line: number;
  readonly title: string;
}

/** The findings as workflow commands of GitHub Actions, which show them beside the lines. */
export function toGithub(results: readonly Result[]): string {
  const level = { error: "error", warning: "warning", note: "notice" } as const;
  const data = (text: string): string => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = (text: string): string => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
  const command = (kind: string, { file, line, title }: Titled, text: string): string =>
    `::${kind} file=${property(file)},line=${line},title=${property(title)}::${data(text)}\n`;
  const lines = results.flatMap(({ findings, unread }) => [
    ...findings.map(({ file, line, severity, rule, problem, message, fix }) =>
      command(
        level[severity],
        { file, line, title: `${RULES[rule]} [${rule}]` },
        `${problem} ${message}\ninstead: ${fix}\nmore: ${pageOf(rule)}`,
      ),
    ),
    ...unread.map(({ file, line, what, why }) =>
      command("notice", { file, line, title: "not read" }, `${what}. ${why}`),
    ),
  ]);
  return `${lines.join("")}${summaryOf(results)}`;
}

/** The findings as SARIF 2.1.0, for code hosts. */
export function toSarif(results: readonly Result[], version: string): string {
  const ids = Object.keys(RULES);
  const rules = ids.filter(isRule).map((id) => ({ id, shortDescription: { text: RULES[id] }, helpUri: pageOf(id) }));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "health-state doctor", version, rules } },
        results: results.flatMap(({ findings }) =>
          findings.map((finding) => sarifOf(finding, ids.indexOf(finding.rule))),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function sarifOf({ rule, severity, file, line, field, problem, message, fix }: Finding, ruleIndex: number): object {
  return {
    ruleId: rule,
    ruleIndex,
    level: severity,
    message: { text: `${field}: ${problem} ${message} Instead: ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: file === "-" ? "stdin" : encodeURI(file.replaceAll("\\", "/")).replace(/[?#]/g, encodeURIComponent),
          },
          region: { startLine: line },
        },
      },
    ],
  };
}
