import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probes } from "../../adapters/node.ts";
import { createHealth, details } from "../../src/index.ts";
import { hear, listen, raw, type Listening } from "./raw.ts";

const MARK = "zqx";

/** What a raw client may put into a request line without node's own parser answering 400. */
const visible = fc.string({ unit: fc.constantFrom(..."abz09/?#%&=:@[]!$'()*+,;~._-\\\"<>^`{|}"), maxLength: 16 });
const target = fc
  .array(
    fc.oneof(
      fc.constantFrom("/status", "/status/live", "/status/", "//", "/", "?verbose", "#", "%zz", "://", MARK),
      visible,
    ),
    { minLength: 1, maxLength: 5 },
  )
  .chain((parts) =>
    fc.constantFrom(
      `/${parts.join("")}`,
      parts.join(""),
      `http://${parts.join("")}`,
      `http://h/${parts.join("")}`,
      `/status?${parts.join("")}`,
      "*",
    ),
  );
const method = fc.constantFrom(
  "GET",
  "HEAD",
  "OPTIONS",
  "POST",
  "PUT",
  "DELETE",
  "PATCH",
  "TRACE",
  "PROPFIND",
  "PURGE",
  "M-SEARCH",
);
const version = fc.constantFrom("1.0", "1.1");
const headers = fc.array(
  fc.tuple(
    fc.constantFrom(
      "accept",
      "x-forwarded-host",
      "x-forwarded-proto",
      "cookie",
      "origin",
      "range",
      "if-none-match",
      "te",
      "user-agent",
      "referer",
      "x-original-url",
    ),
    fc.oneof(
      fc.constantFrom("application/json", "*/*", "text/plain", MARK, ""),
      visible.map((text) => `${MARK}${text}`),
    ),
  ),
  { maxLength: 4 },
);
const host = fc.constantFrom("host: h", "host:", `host: ${MARK}`, "host: a b<>", "host: [::1]:99999", undefined);

describe("raw bytes on a real server", () => {
  const served: Listening[] = [];
  beforeAll(async () => {
    for (const leave of ["never", "always", (): boolean => true] as const)
      served.push(await listen(probes(createHealth({ details: details(leave) }))));
  });
  afterAll(async () => {
    for (const each of served) await each[Symbol.asyncDispose]();
  });

  test("whatever reaches the adapter is answered 200, 404, 405 or 503, and nothing is echoed", async () => {
    let reached = 0;
    await fc.assert(
      fc.asyncProperty(
        method,
        target,
        version,
        host,
        headers,
        fc.nat(2),
        async (verb, asked, http, hosted, more, which) => {
          const lines = [
            `${verb} ${asked} HTTP/${http}`,
            "connection: close",
            ...(hosted === undefined ? [] : [hosted]),
            ...more.map(([name, value]) => `${name}: ${value}`),
          ];
          const heard = await raw(served[which]?.port ?? 0, `${lines.join("\r\n")}\r\n\r\n`);
          const status = heard.slice(9, 12);
          expect(heard).not.toContain(MARK);
          // What node's own parser refuses (no Host in HTTP/1.1, a target that is none) never comes to us.
          if (status === "400") expect(heard).not.toContain("x-content-type-options");
          else {
            reached++;
            expect(status).toMatch(/^(?:200|404|405|503)$/);
            expect(heard).toContain("x-content-type-options: nosniff\r\n");
          }
          if (http === "1.0" && asked === "/status" && verb === "GET") expect(status).toBe("200");
        },
      ),
      { numRuns: 1_500 },
    );
    expect(reached).toBeGreaterThan(500);
  });

  test("garbage harms nobody: the next probe is answered", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), async (bytes, half) => {
        const socket = connect(served[0]?.port ?? 0, "127.0.0.1");
        const heard = hear(socket);
        socket.write(half ? Buffer.concat([Buffer.from("GET /status HTTP/1.1\r\nhost: x\r\n"), bytes]) : bytes);
        socket.end();
        expect(await heard).not.toMatch(/ 500 /);
      }),
      { numRuns: 300 },
    );
    expect(await raw(served[0]?.port ?? 0, "GET /status HTTP/1.0\r\n\r\n")).toContain("I-AM-ALIVE");
  });
});
