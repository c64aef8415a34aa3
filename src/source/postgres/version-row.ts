import { toSafeText } from "../../option/invalid-option.ts";
import { SourceError } from "../source-error.ts";
import type { TextTable } from "./transaction.ts";

/** The result of the query `version`. */
export interface VersionRow {
  readonly revision: string;
  /** Epoch ms. */
  readonly asOf: number | undefined;
  /** Every column of the row by name, as PostgreSQL wrote it. */
  readonly row: Readonly<Record<string, string | null>>;
}

/**
 * Reads the only row of the query `version`. Its first column is the revision. Its column `as_of`, if there is one, is
 * the time at which the data was known to be correct.
 *
 * @throws SourceError of kind `missing` without a row or with a null in its first column, `protocol` for more rows
 */
export function toVersionRow({ columns, rows }: TextTable): VersionRow {
  const [values] = rows;
  if (values === undefined) throw new SourceError("missing", "the query version returned no row");
  if (rows.length > 1)
    throw new SourceError("protocol", `the query version returned ${rows.length} rows. It must return one`);
  const [revision] = values;
  if (revision === null || revision === undefined)
    throw new SourceError("missing", "the query version returned no revision, because its first column is null");
  // The option `transform` of the package postgres may write names in another case.
  const at = columns.findIndex((name) => /^as_?of$/i.test(name));
  return {
    revision,
    asOf: at === -1 ? undefined : toEpochMs(values[at] ?? null),
    row: Object.fromEntries(columns.map((name, index) => [name, values[index] ?? null])),
  };
}

const TIMESTAMPTZ = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?(?:Z|([+-]\d\d)(?::?(\d\d))?(?::\d\d)?)$/;

/** Converts a timestamptz, or a number in epoch ms, to epoch ms. */
function toEpochMs(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.floor(Number(text));
  const parts = TIMESTAMPTZ.exec(text);
  if (!parts)
    throw new SourceError(
      "protocol",
      `as_of is "${toSafeText(text)}". Cast it to timestamptz, or give epoch milliseconds as a number`,
    );
  const [, day, time, fraction = "", hours, minutes = "00"] = parts;
  return Date.parse(`${day}T${time}.${fraction.padEnd(3, "0")}${hours === undefined ? "Z" : `${hours}:${minutes}`}`);
}
