import { PGlite } from "@electric-sql/pglite";
import { fromPostgres } from "health-state/postgres";
import { numbersOf, type Fault } from "./breakable.ts";
import { ARTICLES, type StockSource } from "./stock.ts";

interface Row {
  readonly article: string;
  readonly amount: number | null;
}

/** PostgreSQL inside this process. What breaks is the way to it, and what it holds. */
export async function createPgliteStock(): Promise<StockSource> {
  const pglite = await PGlite.create();
  let version = 0;
  let broken: Fault | undefined;
  let healed = (): void => {};

  const publish = async (rows: readonly (readonly [string, number | null])[]): Promise<void> => {
    version += 1;
    await pglite.transaction(async (transaction) => {
      await transaction.exec("delete from stock");
      for (const row of rows) await transaction.query("insert into stock values ($1, $2)", [...row]);
      // The writer bumps the version in its own transaction. So no reader sees one without the other.
      await transaction.query("update stock_version set revision = $1", [version]);
    });
  };
  const good = (): [string, number][] => Object.entries(numbersOf(ARTICLES, version));

  await pglite.exec("create table stock (article text primary key, amount integer)");
  await pglite.exec("create table stock_version (revision integer not null)");
  await pglite.exec("insert into stock_version values (0)");
  await publish(good());

  // The same four methods as PGlite, behind a network that can fail.
  const client = {
    query: (text: string) => pglite.query(text),
    exec: (text: string) => pglite.exec(text),
    listen: (channel: string, listener: (payload: string) => void) => pglite.listen(channel, listener),
    async transaction(work: Parameters<PGlite["transaction"]>[0]): Promise<unknown> {
      if (broken === "stop") throw new Error("the database refuses the connection");
      if (broken === "slow") await new Promise<void>((resolve) => (healed = resolve));
      return pglite.transaction(work);
    },
  };

  const mend = async (): Promise<void> => {
    if (broken === "500") await pglite.exec("alter table stock_hidden rename to stock_version");
    broken = undefined;
    healed();
  };

  return {
    kind: "PostgreSQL in this process (PGlite)",
    load: fromPostgres<ReadonlyMap<string, number>, Row>(client, {
      version: "select revision, now() as as_of from stock_version",
      query: "select article, amount from stock",
      parse: (rows) =>
        new Map(
          rows.map(({ article, amount }) => {
            if (amount === null) throw new Error(`there is no amount of ${article}`);
            return [article, amount];
          }),
        ),
    }),
    faults: ["stop", "500", "garbage", "empty", "slow", "half"],
    async break(fault) {
      await mend();
      broken = fault;
      if (fault === "500") await pglite.exec("alter table stock_version rename to stock_hidden");
      if (fault === "garbage") await publish(ARTICLES.map((article) => [article, null]));
      if (fault === "empty") await publish([]);
      if (fault === "half") await publish(good().slice(0, ARTICLES.length / 2 - 1));
    },
    async heal() {
      await mend();
      await publish(good());
    },
    async close() {
      healed();
      await pglite.close();
    },
  };
}
