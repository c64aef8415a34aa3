import type { Place, Report } from "./finding.ts";

/** An `http-check expect` rule. */
export interface Expect {
  readonly kind: string;
  readonly pattern: string;
  readonly negative: boolean;
  readonly at: Place;
}

/** Judges what a server may answer and still be up. */
export function judgeExpect(report: Report, expects: readonly Expect[], option: Place): void {
  const both = "http-check expect status 200, and http-check expect string I-AM-ALIVE";
  if (expects.length === 0)
    report.add(
      "success-range-3xx",
      "warning",
      option,
      "Without http-check expect a redirect to anywhere passes.",
      both,
    );
  for (const expect of expects) {
    if (expect.negative && /^r?string$/.test(expect.kind))
      report.add(
        "negative-body-rule",
        "error",
        expect.at,
        "Every page without the word passes, an error page or a draining server too.",
        both,
      );
    if (!expect.negative && passes3xx(expect))
      report.add(
        "success-range-3xx",
        "warning",
        expect.at,
        "A redirect to anywhere passes.",
        "http-check expect status 200",
      );
  }
  const status = expects.some(({ kind }) => /^r?status$/.test(kind));
  const body = expects.find(({ kind, negative }) => /^r?string$/.test(kind) && !negative);
  // Alive or stale by body alone is the recipe for serving stale data: its words come with both statuses.
  if (body && !status && !(body.pattern.includes("I-AM-ALIVE") && body.pattern.includes("INDEX-STALE")))
    report.add(
      "body-without-status",
      "warning",
      body.at,
      "A body rule alone accepts any status, so the word on an error page passes.",
      both,
    );
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
