import type { Report } from "../model/report.ts";
import type { Command } from "../model/command.ts";

/** Code that opens a socket, and what shows that it also talks. */
const SOCKETS: readonly { readonly opens: RegExp; readonly talks: RegExp }[] = [
  {
    opens: /\bsocket\.(create_connection|socket)\b|\.connect(_ex)?\(\(/,
    talks: /\.(send|sendall|recv|makefile|write|read)\s*\(/,
  },
  {
    opens: /\bnet['"]?\)?\.(connect|createConnection)\s*\(|new\s+net\.Socket|fsockopen\s*\(|TCPSocket\.(new|open)/,
    talks: /\.(write|end\(['"`]|puts|gets|read)|['"]data['"]|fwrite|fgets/,
  },
];

/** Judges a command that only opens a connection, or that sends a request by hand and looks at no answer. */
export function judgeConnection(report: Report, { at, words }: Command): void {
  const line = words.join(" ");
  const byHand = /\/dev\/tcp\//.test(line);
  const asksByHand = /\b(GET|HEAD|POST)\s+\S+.*HTTP\/1/.test(line);
  if (byHand && asksByHand && !/grep|awk|\[\[|\bcase\b|\btest\b|=~|\bread\b/.test(line))
    report.add({
      rule: "status-ignored",
      severity: "error",
      at,
      what: "The command sends a request and ignores the HTTP status.",
      why: "Every answer passes, even a 503.",
      fix: `exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET /status HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3 | grep -q ' 200 '`,
    });
  else if (!asksByHand && (byNetcat(line) || (byHand && !/grep|printf|echo\s+(-\w+\s+)*['"]?[A-Za-z]/.test(line))))
    tell(report, at, "The command only opens a TCP connection.");
  else if (SOCKETS.some(({ opens, talks }) => opens.test(line) && !talks.test(line)))
    tell(report, at, "The command only opens a TCP connection.");
  else if (/(^|[\s;&|/(])(ss|netstat|lsof)\s[^;&]*(\||-i\s?(tcp)?:)/i.test(line) && !/curl|wget/.test(line))
    tell(report, at, "The command only tests whether the port is open.");
}

/** Whether netcat opens a port and says nothing: `-z`, or no pipe before it and nothing to read. */
function byNetcat(line: string): boolean {
  const call = /(?:^|[;&|({]\s*|\s|\/)(?:nc|ncat|netcat)\s+([^|;&]*)(\|)?/.exec(line);
  if (!call) return false;
  if (/(^|\s)-\w*z/.test(call[1] ?? "")) return true;
  const before = line.slice(0, call.index + 1);
  return !before.includes("|") && call[2] === undefined && !/<<</.test(line) && /\s(\d+|\$\S+)\b/.test(call[1] ?? "");
}

function tell(report: Report, at: Command["at"], what: string): void {
  report.add({
    rule: "tcp-check",
    severity: "warning",
    at,
    what,
    why: "The kernel accepts connections even when the process hangs or is not ready.",
    fix: "curl -fsS -o /dev/null --max-time 4 http://127.0.0.1:PORT/PATH",
  });
}
