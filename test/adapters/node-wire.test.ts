import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { probes } from "../../adapters/node.ts";
import { createHealth, details } from "../../src/index.ts";
import { stage } from "../answer/cells.ts";
import { SCENES } from "../answer/contract.ts";
import { PATH_OF, PROBES, wholeOf, type Whole } from "../answer/whole.ts";
import { hear, listen, oneAnswer, raw, request, undated } from "./raw.ts";

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  404: "Not Found",
  405: "Method Not Allowed",
  503: "Service Unavailable",
};

/** The bytes that node:http must put on the wire for an answer on a connection that ends. */
function bytesOf({ status, headers, body }: Whole): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${REASONS[status]}`, ...lines, "Connection: close", "", body].join("\r\n");
}

describe("each cell of the wire table on node:http, to the byte", () => {
  test.each(SCENES.map((scene) => [scene.name, scene] as const))("%s", async (_name, { enter, expected }) => {
    for (const probe of PROBES)
      for (const method of ["GET", "HEAD"] as const) {
        const { health } = await enter();
        await using served = await listen(probes(health));
        const bytes = await raw(served.port, request(method, PATH_OF[probe]));
        expect(undated(bytes), `${method} ${probe}`).toBe(bytesOf(wholeOf(expected[probe], method)));
      }
  });
});

describe("head and body leave together", () => {
  /** What goes to the kernel, counted at the handle below the socket. */
  function countWrites(socket: Socket): () => number {
    // SAFETY: node's own handle; the test fails where there is none.
    const { _handle: handle } = socket as unknown as { _handle: Record<string, (...args: unknown[]) => unknown> };
    let writes = 0;
    for (const name of [
      "writev",
      "writeBuffer",
      "writeUtf8String",
      "writeLatin1String",
      "writeAsciiString",
      "writeUcs2String",
    ]) {
      const write = handle[name];
      if (write)
        handle[name] = (...args) => {
          writes++;
          return write.apply(handle, args);
        };
    }
    return () => writes;
  }

  test.each([
    ["GET", "/status", 200],
    ["HEAD", "/status", 200],
    ["GET", "/status/live", 200],
    ["GET", "/status?verbose", 200],
    ["OPTIONS", "/status", 405],
    ["GET", "/other", 404],
  ])("%s %s is one write, and one packet", async (method, target, status) => {
    const health = createHealth({ details: details("always") });
    await using served = await listen(probes(health));
    const accepted = once(served.server, "connection") as Promise<[Socket]>;
    const client = connect(served.port, "127.0.0.1");
    const [socket] = await accepted;
    const writes = countWrites(socket);
    let packets = 0;
    client.on("data", () => packets++);
    client.write(request(method, target));
    const heard = await hear(client);
    expect(heard).toContain(`HTTP/1.1 ${status} `);
    expect([writes(), packets]).toEqual([1, 1]);
  });
});

describe("what old and odd clients send is answered", () => {
  const ODD: readonly (readonly [string, string, string])[] = [
    ["HTTP/1.0 without Host: HAProxy's and check_http's", "GET /status HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK"],
    ["HAProxy's default probe", "OPTIONS / HTTP/1.0\r\n\r\n", "HTTP/1.1 404 Not Found"],
    ["HAProxy's default method on our path", "OPTIONS /status HTTP/1.0\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"],
    ["OPTIONS for the whole server", request("OPTIONS", "*"), "HTTP/1.1 404 Not Found"],
    ["absolute form", request("GET", "http://other.test/status"), "HTTP/1.1 200 OK"],
    ["absolute form, path inside the query", request("GET", "http://other.test?/status"), "HTTP/1.1 404 Not Found"],
    ["two slashes", request("GET", "//status"), "HTTP/1.1 404 Not Found"],
    ["two slashes and a bad port", request("GET", "//a:99999/status"), "HTTP/1.1 404 Not Found"],
    ["two slashes alone", request("GET", "//"), "HTTP/1.1 404 Not Found"],
    ["broken percent signs", request("GET", "/%zz%"), "HTTP/1.1 404 Not Found"],
    ["a Host that is no host", request("GET", "/status", { host: "a b^c<>:x" }), "HTTP/1.1 200 OK"],
    ["an empty Host", request("GET", "/status", { host: "" }), "HTTP/1.1 200 OK"],
    ["the kubelet's", request("GET", "/status", { "user-agent": "kube-probe/1.31", accept: "*/*" }), "HTTP/1.1 200 OK"],
    [
      "Consul's",
      request("GET", "/status", { accept: "text/plain, text/*, */*", "accept-encoding": "gzip" }),
      "HTTP/1.1 200 OK",
    ],
    ["a GET with a body", `${request("GET", "/status", { "content-length": "5" })}hello`, "HTTP/1.1 200 OK"],
    [
      "a body that waits for leave",
      request("POST", "/status", { expect: "100-continue", "content-length": "9" }),
      "HTTP/1.1 405 Method Not Allowed",
    ],
    [
      "a wish to upgrade",
      request("GET", "/status", { connection: "upgrade, close", upgrade: "h2c" }),
      "HTTP/1.1 200 OK",
    ],
    ["a long query", request("GET", `/status?${"x".repeat(8_000)}`), "HTTP/1.1 200 OK"],
  ];
  const withDetails = createHealth({ details: details((asked) => new URL(asked.url).hostname === "ops.test") });
  test.each(ODD)("%s", async (_name, bytes, expected) => {
    for (const health of [createHealth(), withDetails]) {
      await using served = await listen(probes(health));
      const heard = await raw(served.port, bytes);
      expect(heard.replace("HTTP/1.1 100 Continue\r\n\r\n", "").split("\r\n")[0]).toBe(expected);
    }
  });
});

describe("connections that stay open", () => {
  test("serve probe after probe on one connection", async () => {
    const { health, index } = stage();
    await using served = await listen(probes(health));
    const client = connect(served.port, "127.0.0.1");
    const words: (string | undefined)[] = [];
    for (let n = 0; n < 20; n++) {
      const answer = oneAnswer(client, n % 2 === 0);
      client.write(`${n % 2 ? "HEAD" : "GET"} /status/live HTTP/1.1\r\nhost: x\r\n\r\n`);
      words.push((await answer).split("\r\n\r\n")[1]);
    }
    client.destroy();
    expect(words).toEqual(Array.from({ length: 20 }, (_, n) => (n % 2 ? "" : "I-AM-ALIVE")));
    expect(index.snapshot().generation).toBe(0);
  });

  test("answer pipelined requests in their order", async () => {
    await using served = await listen(probes(createHealth()));
    const heard = await raw(
      served.port,
      ["/status", "/other", "/status/live", "/status/startup"]
        .map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
        .join("") + request("POST", "/status"),
    );
    expect([...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      "200",
      "404",
      "200",
      "200",
      "405",
    ]);
  });
});

test("no Request, Response, Headers or URL is made unless details are asked for", async () => {
  const health = createHealth({ details: details((asked) => asked.headers.get("x-ops") === "1") });
  await using served = await listen(probes(health));
  const made: string[] = [];
  for (const name of ["Request", "Response", "Headers", "URL"] as const) {
    const Real = globalThis[name];
    vi.stubGlobal(
      name,
      new Proxy(Real, {
        construct(target, args, newTarget) {
          made.push(name);
          return Reflect.construct(target, args, newTarget) as object;
        },
      }),
    );
  }
  try {
    for (const target of ["/status", "/status/live", "/status?x", "/other", "http://host/status"])
      for (const method of ["GET", "HEAD", "POST"]) await raw(served.port, request(method, target));
    expect(made).toEqual([]);
    expect(await raw(served.port, request("GET", "/status?verbose", { "x-ops": "1" }))).toContain(
      "readiness check passed",
    );
    expect(made.filter((name) => name === "Request")).toEqual(["Request"]);
  } finally {
    vi.unstubAllGlobals();
  }
});
