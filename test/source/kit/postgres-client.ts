import type {
  PgConnectionLike,
  PgliteLike,
  PgPoolLike,
  PostgresClientLike,
  PostgresJsLike,
} from "../../../src/source/postgres/index.ts";
import { packageOf } from "./packages.ts";

/** A client of one of the packages, with what a test does beside loading. */
export interface TestClient {
  readonly client: PostgresClientLike;
  /** Runs statements without values, on a connection of the client. */
  run(text: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A kind of client. */
export interface ClientKind {
  readonly name: "pg" | "postgres.js" | "PGlite";
  open(url: string, options?: { readonly max?: number }): Promise<TestClient>;
}

interface Pg {
  readonly Pool: new (options: object) => PgPoolLike & {
    connect(): Promise<PgConnectionLike>;
    query(text: string): Promise<{ rows: Record<string, unknown>[] }>;
    end(): Promise<void>;
    on(event: "acquire", listener: () => void): unknown;
  };
  readonly Client: new (options?: object) => object;
}

type Postgres = (
  url: string,
  options: object,
) => PostgresJsLike & { end(options?: { timeout?: number }): Promise<void> };

interface Pglite {
  readonly PGlite: {
    create(): Promise<
      PgliteLike & {
        exec(text: string): Promise<{ rows: Record<string, unknown>[] }[]>;
        close(): Promise<void>;
      }
    >;
  };
}

/** A pool of `pg`, which no listener hears. */
export function openPool(url: string, options: object = {}): InstanceType<Pg["Pool"]> {
  return new (packageOf<Pg>("pg").Pool)({ connectionString: url, connectionTimeoutMillis: 5_000, ...options });
}

/**
 * A pool for the test's own statements. It ignores errors, because a server that stops may still send its farewell to a
 * connection that the test has ended.
 */
export function openAdminPool(url: string, options: object = {}): InstanceType<Pg["Pool"]> {
  const pool = openPool(url, options);
  pool.on("error", () => {});
  return pool;
}

/** A bare `pg.Client`. */
export function bareClient(): object {
  return new (packageOf<Pg>("pg").Client)();
}

/**
 * What `postgres()` gives. It asks for the types of arrays as it connects, and nobody can handle it when that fails:
 * a backend that is killed at that moment would end the process, so it is told not to ask.
 */
export function openPostgresJs(url: string, options: object = {}): ReturnType<Postgres> {
  return packageOf<Postgres>("postgres")(url, {
    connect_timeout: 5,
    fetch_types: false,
    onnotice: () => {},
    ...options,
  });
}

/** The clients of a server. */
export const SERVER_KINDS: readonly ClientKind[] = [
  {
    name: "pg",
    async open(url, options) {
      const pool = openPool(url, options);
      return { client: pool, run: async (text) => (await pool.query(text)).rows, close: () => pool.end() };
    },
  },
  {
    name: "postgres.js",
    async open(url, options) {
      const sql = openPostgresJs(url, options);
      return {
        client: sql,
        run: async (text) => (await sql.unsafe(text)) as readonly Record<string, unknown>[],
        close: () => sql.end({ timeout: 1 }),
      };
    },
  },
];

/** PostgreSQL in this process. */
export const PGLITE: ClientKind = {
  name: "PGlite",
  async open() {
    const pglite = await packageOf<Pglite>("@electric-sql/pglite").PGlite.create();
    return {
      client: pglite,
      run: async (text) => (await pglite.exec(text)).at(-1)?.rows ?? [],
      close: () => pglite.close(),
    };
  },
};
