import { PROBERS } from "./all.ts";
import { probeOf, type BodyMatch, type Prober, type Sent } from "./model/prober.ts";

const HEAD = `# Probers

A prober is a program that sends health checks. For each prober, this page says what it sends, which answers pass, and
what it does on failure. The page is generated from \`cli/src/probers/\` (\`npm run probers:doc\`).
\`npx health-state-cli config <name>\` writes the configuration for a prober.

In the sections below the table, the settings have the names and defaults of the prober. Times are in seconds. *none*
means that the setting is required, or does nothing until you set it. *Connection: close* means that the prober opens a
new connection for every check. *keep-alive* means that it uses the connection again.

In the table, the column Probe says which path the prober must request. In a service that uses the library health-state,
this is \`/status\` for readiness, \`/status/live\` for liveness, and \`/status/startup\` for startup. In another service,
it is your path with this meaning. The last column, Verified, contains one or more of these words:

- **run**: tested with the real program
- **src**: read in its source
- **doc**: read in its documentation
- **mem**: general knowledge, not verified
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
  return [...ranges, ...(passes.warns ?? []).map((status) => `${status} is a warning`)].join(", ");
}

const BY_COMMAND = "your command decides";

function requestOf({ method, httpVersion, host }: Sent): string {
  if (method === "command") return "a command";
  const http = `HTTP/${httpVersion}, ${host === null ? "no Host" : `Host: ${host}`}`;
  return method === "TCP connect" ? `by default only a TCP connection; with HTTP: ${http}` : `${method}, ${http}`;
}

function matchOf({ match, limit, alone }: BodyMatch): string {
  if (match === "script") return `${BY_COMMAND}${limit === undefined ? "" : `; ${limit} bytes of its output are kept`}`;
  const read = limit === undefined ? "" : `; reads at most ${limit} bytes`;
  return `${match}${read}${alone === true ? "; a body rule alone accepts any status" : ""}`;
}

function overviewOf(prober: Prober): string {
  const { title, name, sent, body, redirects, onFailure, allDown, checks, sure } = prober;
  return row([
    `[${title}](#${name})`,
    requestOf(sent),
    statusesOf(prober),
    redirects === "script" ? BY_COMMAND : redirects,
    matchOf(body),
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
