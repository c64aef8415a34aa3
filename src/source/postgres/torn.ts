import type { Transaction } from "./transaction.ts";

/**
 * The relations of this transaction that are not those of its snapshot. The catalog, read as a table, is that of the
 * snapshot. What the two functions tell is what the query has used. Only this session has its temporary tables, and
 * their schema has two names.
 */
const CHANGED = `select 1
  from pg_catalog.pg_locks l
  left join pg_catalog.pg_class c on c.oid = l.relation
  left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation' and (
    n.oid is null
    or c.relfilenode <> 0 and c.relfilenode <> pg_catalog.pg_relation_filenode(c.oid)
    or c.relpersistence <> 't' and pg_catalog.format('%I.%I', n.nspname, c.relname)
      <> (pg_catalog.pg_identify_object('pg_catalog.pg_class'::pg_catalog.regclass, c.oid, 0)).identity
  ) limit 1`;

/**
 * Whether the rows may be wrong because a table was truncated, rewritten or replaced after the snapshot was taken. Its
 * new rows are younger than the snapshot, so the table looks empty (PostgreSQL's manual, 13.6). A load that waits for
 * the lock of such a writer always meets this. Ask it after the rows, because their locks tell the tables.
 */
export async function isTorn(transaction: Transaction): Promise<boolean> {
  return (await transaction.texts({ text: CHANGED, values: [] })).rows.length > 0;
}
