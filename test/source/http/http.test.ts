import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byVersion, retryLater } from "../../../src/index.ts";
import { fromHttp, fromPointer } from "../../../src/source/http/index.ts";
import { CASES } from "./cases.ts";
import { runCase } from "./client.ts";
import { startRawServer, type RawServer } from "./server.ts";

let server: RawServer;
beforeAll(async () => (server = await startRawServer(CASES)));
afterAll(async () => server.close());

describe("fromHttp and fromPointer over a raw socket", () => {
  test.each(CASES.map((one, index) => ({ ...one, index })))("$name", async ({ index, ...one }) => {
    const api = { fromHttp, fromPointer, byVersion, retryLater };
    expect(await runCase(api, one, index, server.base, server.other)).toBeUndefined();
  });

  test("each case has a name of its own", () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });
});
