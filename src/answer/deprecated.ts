import { checkOptions } from "../option/check-options.ts";
import { timeOf } from "../option/epoch-ms.ts";
import { invalidOption } from "../option/invalid-option.ts";
import { checkPath, type MarkedPath } from "./paths.ts";

/** The information that a deprecated path sends in its headers. */
export interface Deprecation {
  /** Since when it is deprecated (RFC 9745). */
  readonly since: Date;
  /** When it will stop answering (RFC 8594). */
  readonly sunset?: Date;
  /** The path to use instead. */
  readonly successor: string;
}

/**
 * Marks a path as deprecated. Its answers have the additional headers `deprecation`, `sunset` and `link`.
 *
 * @throws TypeError if a path is not absolute, or a date is not valid
 * @example
 * const old = deprecated("/health", { since: new Date("2026-11-01"), successor: "/status" });
 * createHealth({ paths: { readiness: ["/status", old] } });
 */
export function deprecated(path: string, options: Deprecation): MarkedPath {
  checkPath("path", path);
  const { since, sunset, successor } = checkOptions("deprecated()", options, ["sunset"], ["since", "successor"]);
  checkDate("since", since);
  if (sunset !== undefined) checkDate("sunset", sunset);
  if (typeof successor !== "string" || !/^\/[!-;=?-~]*$/.test(successor))
    invalidOption("successor", successor, 'a path such as "/status"');
  return {
    path,
    headers: {
      deprecation: `@${Math.floor(since.getTime() / 1_000)}`,
      ...(sunset && { sunset: sunset.toUTCString() }),
      link: `<${successor}>; rel="successor-version"`,
    },
  };
}

function checkDate(option: string, date: unknown): void {
  if (Number.isNaN(timeOf(date))) invalidOption(option, date, "a valid Date");
}
