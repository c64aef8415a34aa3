import { refuse } from "../state/refusal.ts";
import type { MarkedPath } from "./paths.ts";

/** What a deprecated path tells its callers. */
export interface Deprecation {
  /** Since when it is deprecated (RFC 9745). */
  readonly since: Date;
  /** When it will stop answering (RFC 8594). */
  readonly sunset?: Date;
  /** The path to use instead. */
  readonly successor: string;
}

/**
 * Marks a path as deprecated: same answer, plus `deprecation`, `sunset` and `link`.
 *
 * @throws TypeError for an invalid date, or a successor that is no absolute path
 */
export function deprecated(path: string, { since, sunset, successor }: Deprecation): MarkedPath {
  for (const [option, date] of Object.entries({ since, sunset }))
    if (date !== undefined && Number.isNaN(date.getTime())) refuse(option, date, "a valid Date");
  if (!/^\/[!-;=?-~]*$/.test(successor)) refuse("successor", successor, 'a path such as "/status"');
  return {
    path,
    headers: {
      deprecation: `@${Math.floor(since.getTime() / 1_000)}`,
      ...(sunset && { sunset: sunset.toUTCString() }),
      link: `<${successor}>; rel="successor-version"`,
    },
  };
}
