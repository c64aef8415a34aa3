import { DatabaseSync } from "node:sqlite"; // Node 22.13 and newer
import { byVersion } from "health-state";

/** Rows of a SQLite file that another process writes. The writer changes the row of `version` in its transaction. */
export function fromSqlite(path, { version, query, parse }) {
  const rowsOf = (sql) => {
    // Open the file for each query, because another process may replace it.
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  };
  return byVersion({
    identity: path,
    version: () => ({ revision: Object.values(rowsOf(version)[0] ?? {})[0] }),
    load: () => parse(rowsOf(query)),
  });
}
