export { fromPostgres, type FromPostgresOptions, type PostgresRowsNote } from "./from-postgres.ts";
export { fleetSchema } from "./fleet-schema.ts";
export { postgresFleet } from "./postgres-fleet.ts";
export { postgresHints } from "./postgres-hints.ts";
export type { PostgresQuery } from "./query.ts";
export type {
  PgConnectionLike,
  PgliteLike,
  PgliteQueryOptionsLike,
  PgliteTransactionLike,
  PgNotificationLike,
  PgPoolLike,
  PgQueryLike,
  PgResultLike,
  PostgresClientLike,
  PostgresJsLike,
  PostgresJsQueryLike,
  PostgresJsRawRowsLike,
  PostgresJsTransactionLike,
} from "./client.ts";
export type { Hint, HintChannel, HintContext, OpenHintChannel } from "../hint-channel.ts";
