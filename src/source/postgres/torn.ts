import type { Transaction } from "./transaction.ts";

/**
 * Finds a relation that this transaction has locked and that differs from its snapshot. The catalog tables show the
 * state of the snapshot. The two functions show the current state, which the query has used. Temporary tables are left
 * out in the last comparison. No other session can change them, and their schema has two names.
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
 * Whether the rows may be wrong because a table was truncated, rewritten or replaced after the snapshot was taken. The
 * new rows are younger than the snapshot, so the table looks empty (PostgreSQL manual, 13.6). This happens to every
 * load that waits for the lock of such a writer. Call this after the rows were read, because the locks of the
 * transaction then name the tables.
 */
export async function isTorn(transaction: Transaction): Promise<boolean> {
  return (await transaction.texts({ text: CHANGED, values: [] })).rows.length > 0;
}
