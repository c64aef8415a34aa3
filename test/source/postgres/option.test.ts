import { describe, expect, test } from "vitest";
import { fromPostgres, postgresHints, type PostgresClientLike } from "../../../src/source/postgres/index.ts";
import { toFailure } from "../../../src/source/postgres/failure.ts";
import { sizeOf } from "../../../src/source/postgres/row-size.ts";
import { bareClient } from "../kit/postgres-client.ts";
import { missingPackages } from "../kit/packages.ts";

const ignore = (): void => {};
const pool = { totalCount: 0, connect: ignore, on: ignore };
const options = { version: "select 1", query: "select 2", parse: (rows: object[]): object[] => rows };

/** What JavaScript may hand in. */
const given = (client: unknown, changed: object = {}): (() => unknown) => {
  // SAFETY: the test is of what the types refuse.
  return () => fromPostgres(client as PostgresClientLike, { ...options, ...changed });
};

describe("fromPostgres() refuses at the call", () => {
  test.skipIf(missingPackages !== undefined)("a bare pg.Client, and says why", () => {
    expect(given(bareClient())).toThrow(
      "health-state: the client of fromPostgres() is a Client. Pass a Pool instead, because an aborted load closes its " +
        "connection, and a Client has no other connection.",
    );
  });

  test.each([
    ["nothing", undefined],
    ["a URL", "postgres://localhost"],
    ["an object of another kind", {}],
    ["a function that is no client", () => {}],
  ])("%s as the client", (_what, client) => {
    expect(given(client)).toThrow(
      /the client of fromPostgres\(\) is .* Pass a Pool of the package pg, the result of postgres\(\)/,
    );
  });

  test.each([
    ["no version", { version: undefined }, /version is undefined/],
    ["an empty query", { query: " " }, /query is " "\. Pass a query as a string/],
    ["a query of another kind", { query: { text: 1 } }, /query is an object\. Pass a query/],
    ["values that are no list", { query: { text: "select $1", values: "a" } }, /query is an object/],
    ["a parse that is no function", { parse: "rows" }, /parse is "rows"\. Pass a function/],
    ["an asOf that is none", { asOf: true }, /asOf is true\. Pass a function, or false/],
    ["a size that is none", { maxBytes: "lots" }, /maxBytes is "lots"/],
    ["an unknown option", { max: 1 }, /fromPostgres\(\) has no option "max"/],
  ])("%s", (_what, changed, message) => {
    expect(given(pool, changed)).toThrow(message);
  });

  test("a channel without a name, or with one that PostgreSQL would cut", () => {
    expect(() => postgresHints(pool, "")).toThrow(/channel is ""\. Pass a name of 1 to 63 bytes/);
    expect(() => postgresHints(pool, "ü".repeat(32))).toThrow(/channel is /);
    expect(() => postgresHints(pool, "ü".repeat(31))).not.toThrow();
  });
});

test("the identity names the queries and tells values apart without showing them", () => {
  const identity = (values: unknown[]): string =>
    fromPostgres(pool, { ...options, query: { text: "select *\n  from t where tenant = $1;", values } }).identity;
  expect(identity(["secret"])).toMatch(/^postgres:select 1; select \* from t where tenant = \$1#[0-9a-f]{8}$/);
  expect(identity(["secret"])).toBe(identity(["secret"]));
  expect(identity(["secret"])).not.toBe(identity(["other"]));
  expect(identity([1n])).not.toBe(identity([2n]));
  expect(fromPostgres(pool, options).identity).toBe("postgres:select 1; select 2");
});

test.each([
  [{ severity: "ERROR", code: "57014", message: "timeout" }, "timeout", "PostgreSQL: timeout (SQLSTATE 57014)"],
  [{ severity: "FATAL", code: "57P01", message: "shutdown" }, "network", "PostgreSQL: shutdown (SQLSTATE 57P01)"],
  [{ severity: "ERROR", code: "40001", message: "recovery" }, "moving", "PostgreSQL: recovery (SQLSTATE 40001)"],
  [{ severity: "FATAL", code: "28P01", message: "password" }, "refused", "PostgreSQL: password (SQLSTATE 28P01)"],
  [{ code: "ECONNREFUSED", message: "" }, "network", "PostgreSQL: ECONNREFUSED"],
  [new Error("Connection terminated\u0007"), "network", "PostgreSQL: Connection terminated\\u0007"],
  ["a text", "network", "PostgreSQL: a text"],
])("a failure has a kind and keeps its cause: %j", (error, kind, message) => {
  expect(toFailure(error)).toMatchObject({ kind, message, cause: error });
});

test("the size of a row is about what its values take", () => {
  expect(
    sizeOf({ a: "four", b: new Uint8Array(10), c: 1, d: null, e: new Date(), f: ["xy", { g: 1n }], h: true }),
  ).toBe(4 + 10 + 8 + 8 + 8 + 2 + 8 + 8);
});
