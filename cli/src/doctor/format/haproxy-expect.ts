import type { Place, Report } from "../model/report.ts";

/** An `http-check expect` rule. */
export interface Expect {
  readonly kind: string;
  readonly pattern: string;
  readonly negative: boolean;
  readonly at: Place;
}

/** Judges what a server may answer and still be up. */
export function judgeExpect(report: Report, expects: readonly Expect[], option: Place, ours: boolean): void {
  const both = "http-check expect status 200\nhttp-check expect string I-AM-ALIVE";
  const status = "http-check expect status 200";
  // Other services may redirect on purpose; what HAProxy takes by itself is not their mistake.
  if (expects.length === 0 && ours)
    report.add({
      rule: "success-range-3xx",
      severity: "warning",
      at: option,
      what: "No http-check expect line sets the status that passes.",
      why: "HAProxy then accepts every redirect.",
      fix: both,
    });
  for (const expect of expects) {
    if (expect.negative && /^r?string$/.test(expect.kind))
      report.add({
        rule: "negative-body-rule",
        severity: "error",
        at: expect.at,
        what: `Every page without ${JSON.stringify(expect.pattern)} passes.`,
        why: "Error pages and draining servers pass too.",
        fix: ours ? both : `${status}\nhttp-check expect string WORD, where only a good answer contains WORD`,
      });
    if (!expect.negative && passes3xx(expect))
      report.add({
        rule: "success-range-3xx",
        severity: "warning",
        at: expect.at,
        what: `${expect.kind} ${expect.pattern} accepts redirects.`,
        why: "A redirect to a login page or to another host then counts as healthy.",
        fix: status,
      });
  }
  const byStatus = expects.some(({ kind }) => /^r?status$/.test(kind));
  const body = expects.find(({ kind, negative }) => /^r?string$/.test(kind) && !negative);
  // Alive or stale by body alone is the recipe for serving stale data: its words come with both statuses.
  if (body && !byStatus && !(body.pattern.includes("I-AM-ALIVE") && body.pattern.includes("INDEX-STALE")))
    report.add({
      rule: "body-without-status",
      severity: "warning",
      at: body.at,
      what: "The check tests the body but not the status.",
      why: "An error page that contains the word passes.",
      fix: `${status}\nhttp-check expect ${body.kind} ${body.pattern}`,
    });
}

function passes3xx({ kind, pattern }: Expect): boolean {
  if (kind === "status")
    return pattern.split(",").some((range) => {
      const [first = "", last = first] = range.split("-");
      return Number(first) < 400 && Number(last) >= 300;
    });
  if (kind !== "rstatus") return false;
  try {
    return new RegExp(pattern).test("301");
  } catch {
    return false;
  }
}
