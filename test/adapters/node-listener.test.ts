import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { toListener } from "../../adapters/node.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves a Fetch handler, and gives its address. */
async function serve(fetch: (request: Request) => Response | Promise<Response>): Promise<string> {
  server = createServer(toListener(fetch)).listen(0, "127.0.0.1");
  await once(server, "listening");
  // SAFETY: a server on TCP has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("hands on the method, the URL and the headers, and sends status, headers and body back", async () => {
  const url = await serve(
    ({ method, url: asked, headers }) =>
      new Response(`${method} ${new URL(asked).pathname} ${headers.get("x-key")}`, {
        status: 201,
        headers: { "x-a": "1" },
      }),
  );
  const answer = await fetch(`${url}/page?part=1`, { headers: { "x-key": "k" } });
  expect([answer.status, answer.headers.get("x-a"), await answer.text()]).toEqual([201, "1", "GET /page k"]);
});

test("an answer without a body ends", async () => {
  const url = await serve(() => new Response(null, { status: 404 }));
  expect([(await fetch(url)).status, await (await fetch(url)).text()]).toEqual([404, ""]);
});

test("a stream comes part by part, and is cancelled when the client leaves", async () => {
  let cancelled = (): void => {};
  const hasCancelled = new Promise<void>((resolve) => (cancelled = resolve));
  const url = await serve(
    () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
          cancel: cancelled,
        }),
      ),
  );
  const request = get(url);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const [part] = (await once(response, "data")) as [Buffer];
  expect(String(part)).toBe("first");
  request.destroy();
  await hasCancelled;
});

test("a handler that throws or rejects costs its connection and not the server", async () => {
  let times = 0;
  const url = await serve(() => {
    if (times++ === 0) throw new Error("broken");
    return new Response("ok");
  });
  await expect(fetch(url)).rejects.toThrow();
  expect(await (await fetch(url)).text()).toBe("ok");
});

test("what is no function is refused at once", () => {
  // SAFETY: what the types forbid is the point.
  expect(() => toListener({} as never)).toThrow(expect.objectContaining({ code: "HS_INVALID_OPTION" }));
});
