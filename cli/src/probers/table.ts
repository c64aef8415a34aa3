import { PROBERS } from "./all.ts";
import { probeOf, type Prober } from "./model/prober.ts";

const HEAD = `# Probers

A prober is a program that sends health checks. For each prober, this page says what it sends, which answers pass, and
what it does on failure. The settings have the names and defaults of the prober. The page is generated from
\`cli/src/probers/\` (\`npm run probers:doc\`). The last column, Verified, contains one or more of these words:

- **run**: tested with the real program
- **src**: read in its source
- **doc**: read in its documentation
- **mem**: general knowledge, not verified

The column Probe says which path the prober must request. For readiness, the path is \`/status\`. For liveness, it is
\`/status/live\`. For startup, it is \`/status/startup\`. \`npx health-state-cli config <name>\` writes the configuration.
`;

/** The page about every prober, in Markdown. */
export function toMarkdown(probers: readonly Prober[] = PROBERS): string {
  const overview = row([
    "Prober",
    "Request",
    "Passes",
    "Redirects",
    "Body rule",
    "On failure",
    "If all fail",
    "Probe",
    "Verified",
  ]);
  const rule = row(Array.from({ length: 9 }, () => "---"));
  return [HEAD, overview, rule, ...probers.map(overviewOf), "", ...probers.map(sectionOf)].join("\n");
}

/** The statuses that pass, as text: `200`, `200-399`, `exit 0`. */
export function statusesOf({ passes }: Prober): string {
  if (passes.statuses.length === 0) return "exit 0";
  const ranges = passes.statuses.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return [...ranges, ...(passes.warns ?? []).map((status) => `${status} warns`)].join(", ");
}

function overviewOf(prober: Prober): string {
  const { title, name, sent, body, redirects, onFailure, allDown, checks, sure } = prober;
  const request =
    sent.method === "command"
      ? "a command"
      : `${sent.method}, HTTP/${sent.httpVersion}, ${sent.host === null ? "no Host" : `Host: ${sent.host}`}`;
  const match = `${body.match}${body.limit === undefined ? "" : `, ${body.limit} bytes`}${body.alone === true ? "; without a status rule, any status passes" : ""}`;
  return row([
    `[${title}](#${name})`,
    request,
    statusesOf(prober),
    redirects,
    match,
    onFailure,
    allDown.text,
    checks.map(probeOf).join(", "),
    sure.join(", "),
  ]);
}

function sectionOf(prober: Prober): string {
  const headers = Object.entries(prober.sent.headers).map(([name, value]) => `\`${name}: ${value}\``);
  const settings = Object.entries(prober.settings).map(([field, { value, least, most }]) =>
    row([
      `\`${field}\``,
      value === null ? "none" : `${value}`,
      least === undefined ? "" : `${least}`,
      most === undefined ? "" : `${most}`,
    ]),
  );
  return [
    `## ${prober.name}`,
    "",
    `${prober.title}. Connection: ${prober.sent.connection}.${headers.length > 0 ? ` Sends ${headers.join(", ")}.` : ""}`,
    "",
    row(["setting", "default", "smallest", "largest"]),
    row(["---", "---", "---", "---"]),
    ...settings,
    "",
    ...prober.notes.map((note) => `- ${note}`),
    ...(prober.notes.length > 0 ? [""] : []),
    `Sources: ${prober.sources.join("; ")}.`,
    "",
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
