import type { Command, Correct } from "../model/command.ts";
import type { Report } from "../model/report.ts";
import { judgeConnection } from "./connection.ts";
import { areOurs } from "./path.ts";
import { urlIn } from "./url.ts";

/** Programs that do not fail on a 503, and what they need for it. */
const CLIENTS: readonly {
  readonly name: string;
  readonly asks: RegExp;
  /** What shows that the status is looked at. */
  readonly looks: RegExp;
  readonly fix: string;
}[] = [
  {
    name: "A call such as requests.get()",
    asks: /\b(requests|httpx|urllib3)\.(get|head|post|request|PoolManager)\s*\(/,
    looks: /raise_for_status|status_code|\.status\b|\.ok\b|is_success|assert|\bexit\(|grep/,
    fix: "requests.get(URL, timeout=3).raise_for_status()",
  },
  {
    name: "http.client",
    asks: /\bhttp\.client\b|\bHTTPS?Connection\(/,
    looks: /\.status\b|getcode|assert|\bexit\(|grep/,
    fix: "urllib.request.urlopen(URL, timeout=3)",
  },
  {
    name: "fetch() of Node",
    asks: /(?<![.\w])fetch\s*\(/,
    looks: /\.ok\b|\.status\b|\bstatus\b|grep/,
    fix: "fetch(URL).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))",
  },
  {
    name: "http.get() of Node",
    asks: /\bhttps?['"]?\)?\.(get|request)\s*\(/,
    looks: /statusCode|\bstatus\b|grep/,
    fix: "http.get(URL, (r) => process.exit(r.statusCode === 200 ? 0 : 1))",
  },
  {
    name: "file_get_contents",
    asks: /\bfile_get_contents\s*\(\s*['"]https?:/,
    looks: /\bexit\b|\bdie\b|===|!==|\?|!\s*@?file_get|grep/,
    fix: "php -r 'exit(@file_get_contents(URL) === false ? 1 : 0);'",
  },
  {
    name: "Net::HTTP.get",
    asks: /\bNet::HTTP\.get/,
    looks: /\.code|is_a\?|HTTPSuccess|HTTPOK|\bexit\b|abort|grep|value\b/,
    fix: "exit(Net::HTTP.get_response(URI(URL)).is_a?(Net::HTTPSuccess))",
  },
  {
    name: "httpie",
    asks: /(^|[\s"';|&])https?\s+(--\S+\s+)*(GET\s+)?(:\d|localhost|\d+\.|http:)/,
    looks: /--check-status|-c\b|grep|jq/,
    fix: "http --check-status --ignore-stdin GET URL",
  },
];

/** Judges what a command asks and how; returns the path, if it asks one by HTTP. */
export function judgeRequest(report: Report, command: Command, correct: Correct): string | undefined {
  const { words, at } = command;
  const line = words.join(" ");
  const url = urlIn(line);
  judgeCurl(report, command, line, correct);
  const client = CLIENTS.find(({ asks, looks }) => asks.test(line) && !looks.test(line));
  if (client)
    report.add({
      rule: "status-ignored",
      severity: "error",
      at,
      what: "The command ignores the HTTP status.",
      why: `${client.name} does not fail on a 503, so the check passes while the service answers 503.`,
      fix: client.fix.replace("URL", JSON.stringify(url?.text ?? "http://127.0.0.1:8080/status").replaceAll('"', "'")),
    });
  judgeConnection(report, command);
  judgeLocalhost(report, command, line, correct);
  return url?.path;
}

/** What a curl without -f is piped into, "" for nothing; false if it fails by itself or asks no URL. */
function pipeAfter([, curl = ""]: RegExpExecArray): string | false {
  const asks = urlIn(`curl${curl}`) !== undefined || /\s["']?\$\$?\{?\w*(URL|URI|ENDPOINT|ADDR|HOST)\w*/i.test(curl);
  const [own = "", piped = ""] = (curl.split("||")[0] ?? "").split("|");
  const fails = /\s(-[a-zA-Z]*f[a-zA-Z]*|--fail|--fail-with-body)(?=[\s"']|$)/.test(own);
  return !asks || fails || /http_code|response_code/.test(curl) ? false : piped;
}

function judgeCurl(report: Report, { at }: Command, line: string, correct: Correct): void {
  const piped = [...line.matchAll(/(?:^|[\s"'`(|&;/])curl\b([^;&]*)/g)].map(pipeAfter).find((each) => each !== false);
  if (piped === undefined) return;
  if (/(^|[\s"'`(|&;])(jq|awk|python3?|node|test)\s|==|\[\s/.test(line)) return;
  const withFail = correct((text) => text.replace(/\bcurl\b(?!\s+(?:-\w+\s+)*(?:-\w*f\w*|--fail)\b)/, "curl -f"));
  if (piped !== "" || /\bgrep\b/.test(line)) {
    if (/\bgrep\b/.test(line) && !/HTTP\/|\b200\b|-I\b|--head/.test(line) && areOurs(report, [urlIn(line)?.path]))
      report.add({
        rule: "body-without-status",
        severity: "warning",
        at,
        what: "The check tests the body but not the status.",
        why: "An error page that contains the word passes.",
        ...withFail,
      });
    return;
  }
  report.add({
    rule: "curl-without-fail",
    severity: "error",
    at,
    what: "curl runs without -f.",
    why: "curl exits with 0 on a 503, so the check always passes.",
    ...withFail,
  });
}

/** Only wget of BusyBox takes the first address alone; curl, Python and Node try the next one. */
function judgeLocalhost(report: Report, { at, image }: Command, line: string, correct: Correct): void {
  const host = urlIn(line)?.host;
  if (host === undefined || !/^localhost(:|$)/.test(host)) return;
  const isBusyBox = /\bbusybox\s+wget\b/.test(line) || (/\bwget\b/.test(line) && /alpine|busybox/.test(image ?? ""));
  if (!isBusyBox) return;
  report.add({
    rule: "localhost",
    severity: "warning",
    at,
    what: "wget of BusyBox connects to localhost.",
    why: "It tries only the first address, which is often ::1. Then a service that listens on IPv4 only seems down.",
    ...correct((text) => text.replace(/\blocalhost\b/, "127.0.0.1")),
  });
}
