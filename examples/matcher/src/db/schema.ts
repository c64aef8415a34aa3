import type { Database } from "./database.ts";

// One statement each: the embedded database takes no lists.
const STATEMENTS: readonly string[] = [
  `create table if not exists bank (
    id integer generated always as identity primary key,
    name text not null unique
  )`,
  // One row for each thing in a bank, one column for each type of signal.
  `create table if not exists content (
    id integer generated always as identity primary key,
    bank_id integer not null references bank (id) on delete cascade,
    label text not null,
    md5 bytea check (length(md5) = 16),
    pdq bytea check (length(pdq) = 32)
  )`,
  `create index if not exists content_bank on content (bank_id)`,
  // Counts the changes of the banks; a build says up to which of them it goes.
  `create table if not exists revision (
    single boolean primary key default true check (single),
    n integer not null default 0
  )`,
  `insert into revision default values on conflict do nothing`,
  // Tells one database from another: a build of the same number in another database is another build.
  `alter table revision add column if not exists name uuid not null default gen_random_uuid()`,
  `create table if not exists index_build (
    id integer generated always as identity primary key,
    built_to integer not null,
    md5_size integer not null default 0,
    pdq_size integer not null default 0,
    completed_at timestamptz
  )`,
  // The built index as records of fixed length, cut into parts so that no query takes long.
  `create table if not exists index_part (
    build_id integer not null references index_build (id) on delete cascade,
    signal_type text not null,
    part integer not null,
    data bytea not null,
    primary key (build_id, signal_type, part)
  )`,
  // Hashes do not compress; trying costs time.
  `alter table index_part alter column data set storage external`,
];

/** Makes the tables that are missing. */
export async function migrate(database: Database): Promise<void> {
  for (const statement of STATEMENTS) await database.query(statement);
}
