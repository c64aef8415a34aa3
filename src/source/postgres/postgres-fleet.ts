import type { FleetMember, FleetNote, FleetReading, FleetStore } from "../../fleet/fleet-store.ts";
import { toFleetAnswer } from "../../fleet/read-answer.ts";
import { knownClient, type KnownClient, type PostgresClientLike } from "./client.ts";
import { connectionOf, giveBack, hearErrors } from "./pg-pool.ts";

/** Calls a function and returns its only value as text. */
type Call = (text: string, values: readonly string[]) => Promise<string>;

/**
 * Creates a fleet store in PostgreSQL. It needs the tables and functions of `fleetSchema`. Without them the store
 * counts as gone, and the event `store-gone` says why. Each report of a replica (a beat) is one function call. All
 * times come from the server. The tables are unlogged, so they are empty after a crash, and the group starts again.
 *
 * Each call uses one connection of the pool. PgBouncer in transaction mode works, but a standby does not.
 *
 * @param client a `Pool` of pg, the result of `postgres()`, or a `PGlite`
 * @throws TypeError with code HS_INVALID_OPTION for a wrong client
 * @example
 * await pool.query(fleetSchema);
 * const health = createHealth({ fleet: fleet(postgresFleet(pool), { group: "matcher" }) });
 */
export function postgresFleet(client: PostgresClientLike): FleetStore {
  const call = callWith(knownClient("postgresFleet()", client));
  return {
    async beat(group, { report, ...rest }) {
      const text = "SELECT health_state_fleet_beat($1, $2::text::jsonb, $3)::text AS answer";
      return toFleetAnswer(JSON.parse(await call(text, [group, JSON.stringify(rest), report])));
    },
    async read(group) {
      const json: unknown = JSON.parse(await call("SELECT health_state_fleet_read($1)::text AS answer", [group]));
      // SAFETY: the function of fleetSchema builds it.
      return toReading(json as ReadingJson);
    },
    async write(group, { name, version, text }) {
      const values = [group, name, String(version), text];
      const done = await call("SELECT health_state_fleet_write($1, $2, $3::text::bigint, $4)::text AS answer", values);
      return done === "true";
    },
  };
}

function callWith(known: KnownClient): Call {
  switch (known.kind) {
    case "pg":
      hearErrors(known.pool);
      return async (text, values) => {
        const connection = await connectionOf(known.pool);
        try {
          const { rows } = await connection.query({ text, values: [...values] });
          giveBack(connection);
          return answerIn(rows);
        } catch (error) {
          connection.release(true);
          throw error;
        }
      };
    case "postgres.js":
      // SAFETY: the client takes texts, and its type names the values that it can write by `never`.
      return async (text, values) => answerIn(await known.sql.unsafe(text, [...values] as never[]));
    case "pglite":
      return async (text, values) => answerIn((await known.pglite.query(text, [...values])).rows);
  }
}

/** @throws TypeError unless there is one row with one text */
function answerIn(rows: readonly unknown[]): string {
  const [row] = rows;
  const answer: unknown = Reflect.get(Object(row), "answer");
  if (typeof answer !== "string") throw new TypeError("the client gave no row for the function");
  return answer;
}

interface ReadingJson {
  readonly nowMs: number;
  readonly bornMs: number | null;
  readonly members: readonly FleetMember[];
  readonly notes: readonly FleetNote[];
}

function toReading({ nowMs, bornMs, members, notes }: ReadingJson): FleetReading {
  return { nowMs, knownForMs: bornMs === null || !members.length ? undefined : nowMs - bornMs, members, notes };
}
