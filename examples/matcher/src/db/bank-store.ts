import type { Database } from "./database.ts";

/** One thing to put into a bank: a label and its signals, in hex. */
export interface NewContent {
  readonly label: string;
  readonly md5?: string | undefined;
  readonly pdq?: string | undefined;
}

/** Rows that one statement deletes at most; the embedded database answers nobody else while it runs. */
const DELETE_ROWS = 20_000;

/** Makes an empty bank. @returns whether the name was free */
export async function createBank(database: Database, name: string): Promise<boolean> {
  const rows = await database.query<{ id: number }>(
    "insert into bank (name) values ($1) on conflict do nothing returning id",
    [name],
  );
  return rows.length > 0;
}

/** The names of the banks by id. */
export async function bankNames(database: Database): Promise<ReadonlyMap<number, string>> {
  const rows = await database.query<{ id: number; name: string }>("select id, name from bank");
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** How many contents a bank has; 0 for a bank that is not there. */
export async function contentCount(database: Database, bank: string): Promise<number> {
  const rows = await database.query<{ n: number }>(
    "select count(*)::int as n from content where bank_id = (select id from bank where name = $1)",
    [bank],
  );
  return rows[0]?.n ?? 0;
}

/**
 * Puts contents into a bank, all or none.
 *
 * @returns the highest of their ids; `undefined` if there is no such bank
 */
export async function addContents(
  database: Database,
  bank: string,
  contents: readonly NewContent[],
): Promise<number | undefined> {
  const rows = await database.query<{ last: number | null }>(
    `with target as (select id from bank where name = $1 for key share),
      added as (
        insert into content (bank_id, label, md5, pdq)
        select target.id, label, decode(nullif(md5, ''), 'hex'), decode(nullif(pdq, ''), 'hex')
        from target, unnest($2::text[], $3::text[], $4::text[]) as given (label, md5, pdq)
        returning id
      ),
      counted as (update revision set n = n + 1 where exists (select from added))
    select max(id) as last from added`,
    [
      bank,
      contents.map(({ label }) => label),
      contents.map(({ md5 }) => md5 ?? ""),
      contents.map(({ pdq }) => pdq ?? ""),
    ],
  );
  return rows[0]?.last ?? undefined;
}

/** Takes one content out of a bank. @returns whether it was there */
export async function deleteContent(database: Database, bank: string, id: number): Promise<boolean> {
  const rows = await database.query<{ id: number }>(
    `with gone as (
        delete from content where id = $2 and bank_id = (select id from bank where name = $1) returning id
      ),
      counted as (update revision set n = n + 1 where exists (select from gone))
    select id from gone`,
    [bank, id],
  );
  return rows.length > 0;
}

/** Deletes a bank and what is in it, a slice at a time. @returns whether it was there */
export async function deleteBank(database: Database, bank: string): Promise<boolean> {
  for (;;) {
    const rows = await database.query<{ n: number }>(
      `with slice as (
          select id from content where bank_id = (select id from bank where name = $1) limit ${DELETE_ROWS}
        ),
        gone as (delete from content where id in (select id from slice) returning id),
        counted as (update revision set n = n + 1 where exists (select from gone))
      select count(*)::int as n from gone`,
      [bank],
    );
    if ((rows[0]?.n ?? 0) < DELETE_ROWS) break;
  }
  const rows = await database.query<{ id: number }>(
    `with gone as (delete from bank where name = $1 returning id),
      counted as (update revision set n = n + 1 where exists (select from gone))
    select id from gone`,
    [bank],
  );
  return rows.length > 0;
}
