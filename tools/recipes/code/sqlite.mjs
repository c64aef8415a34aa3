import { DatabaseSync } from "node:sqlite"; // Node 22.13 and newer
import { byVersion } from "health-state";

/** Rows of a SQLite file that another process writes. The writer updates the row of `version` in its transaction. */
export function fromSqlite(path, { version, query, parse }) {
  const inSnapshot = (read) => {
    // Open the file for each query, because another process may replace it.
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      database.exec("BEGIN"); // one snapshot for all queries
      return read(database);
    } finally {
      database.close();
    }
  };
  return byVersion({
    identity: path,
    version: () => inSnapshot((database) => ({ revision: String(Object.values(database.prepare(version).get())[0]) })),
    load: () => inSnapshot((database) => parse(database.prepare(query).all())),
  });
}
