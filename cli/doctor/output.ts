import type { Examined } from "./examine.ts";
import { RULES, type Finding, type Severity } from "./finding.ts";

/** What a run found, file by file. */
export type Result = Examined & { readonly file: string };

const LEVEL: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", note: "note" };

/** The findings for a terminal. */
export function toText(results: readonly Result[]): string {
  const findings = results.flatMap((result) => result.findings);
  const lines = findings.map(
    ({ file, line, severity, rule, field, message, fix }) =>
      `${file}:${line}: ${severity} [${rule}] ${field}\n    ${message}\n    instead: ${fix}\n`,
  );
  const checks = results.reduce((sum, result) => sum + result.checks, 0);
  const counts = (["error", "warning", "note"] as const).map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return `${count} ${severity}${count === 1 ? "" : "s"}`;
  });
  const summary = `${checks === 0 ? "no health check" : `${checks} check${checks === 1 ? "" : "s"}`} in ${results.length} file${results.length === 1 ? "" : "s"}: ${counts.join(", ")}\n`;
  return [...lines, summary].join("\n");
}

/** The findings as JSON, for scripts. */
export function toJson(results: readonly Result[]): string {
  return `${JSON.stringify(
    {
      files: results.map(({ file, kind, checks }) => ({ file, kind, checks })),
      findings: results.flatMap((result) => result.findings),
    },
    null,
    2,
  )}\n`;
}

/** The findings as SARIF 2.1.0, for code hosts. */
export function toSarif(results: readonly Result[]): string {
  const rules = Object.entries(RULES).map(([id, text]) => ({ id, shortDescription: { text } }));
  return `${JSON.stringify(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "health-state doctor", rules } },
          results: results.flatMap(({ findings }) =>
            findings.map((finding) =>
              sarifOf(
                finding,
                rules.findIndex(({ id }) => id === finding.rule),
              ),
            ),
          ),
        },
      ],
    },
    null,
    2,
  )}\n`;
}

function sarifOf({ rule, severity, file, line, field, message, fix }: Finding, ruleIndex: number): object {
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: `${field}: ${message} Instead: ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file === "-" ? "stdin" : encodeURI(file.replaceAll("\\", "/")) },
          region: { startLine: line },
        },
      },
    ],
  };
}
