import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { ask } from "../../src/io/ask.ts";

/** Serves while something is asked. */
async function served<T>(listener: RequestListener, asks: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  // SAFETY: it listens on a port.
  const { port } = server.address() as AddressInfo;
  try {
    return await asks(`http://127.0.0.1:${port}/status`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("a question to a service", () => {
  test("gives status, kind, body and state", async () => {
    const answer = await served(
      (request, response) => {
        response.writeHead(503, { "content-type": "text/plain", "health-state": "STALE" });
        response.end(`asked for ${request.headers.accept}`);
      },
      (url) => ask(url, "text/plain"),
    );
    expect(answer).toEqual({ status: 503, contentType: "text/plain", body: "asked for text/plain", state: "STALE" });
  });

  test("follows no redirect, and says where it leads", async () => {
    const asked = served(
      (_, response) => response.writeHead(302, { location: "/login" }).end(),
      (url) => ask(url, "*/*"),
    );
    await expect(asked).rejects.toThrow("it redirects to /login (302), and probes do not follow redirects");
  });

  test("ends at a body that does not end", async () => {
    const asked = served(
      (_, response) => {
        const part = "x".repeat(2 ** 16);
        const more = (): void => {
          while (response.write(part));
        };
        response.on("drain", more);
        more();
      },
      (url) => ask(url, "*/*"),
    );
    await expect(asked).rejects.toThrow("its answer is longer than 4 MB");
  });

  test("ends when it is interrupted, and at once if it was before", async () => {
    const interrupts = new AbortController();
    const asked = served(
      () => interrupts.abort(),
      (url) => ask(url, "*/*", interrupts.signal),
    );
    await expect(asked).rejects.toThrow("interrupted");
    await expect(ask("http://127.0.0.1:9/", "*/*", interrupts.signal)).rejects.toThrow("interrupted");
  });
});
