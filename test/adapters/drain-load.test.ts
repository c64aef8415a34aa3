import { Agent, get } from "node:http";
import { afterAll, describe, expect, test } from "vitest";
import { compile, serve, signalAgain } from "./child.ts";
import { raw } from "./raw.ts";

const compiled = compile();
afterAll(() => compiled[Symbol.dispose]());

const CLIENTS = 8;

/** How one request went. */
interface Outcome {
  readonly text: string;
  /** Whether it went out on a connection that had carried another before. */
  readonly reused: boolean;
  readonly failed: string | undefined;
}

/** A client that keeps its connection and asks again and again, one request at a time. */
class Client {
  readonly outcomes: Outcome[] = [];
  readonly finished: Promise<void>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  #stopped = false;
  #progress: (() => void) | undefined;

  constructor(port: number) {
    this.#port = port;
    this.finished = this.#run();
  }

  /** Until it has had so many more answers, or none can be had any more. */
  async more(count: number): Promise<void> {
    const until = this.outcomes.length + count;
    while (this.outcomes.length < until && !this.#stopped)
      await new Promise<void>((resolve) => (this.#progress = resolve));
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.finished;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const outcome = await this.#ask();
      this.outcomes.push(outcome);
      if (outcome.failed !== undefined) this.#stopped = true;
      this.#progress?.();
    }
    this.#agent.destroy();
  }

  #ask(): Promise<Outcome> {
    return new Promise((resolve) => {
      const asked = get({ port: this.#port, host: "127.0.0.1", path: "/m", agent: this.#agent }, (response) => {
        let text = "";
        const end = (failed?: string): void =>
          resolve({ text: `${response.statusCode} ${text}`, reused: asked.reusedSocket, failed });
        response.on("data", (chunk) => (text += String(chunk)));
        response.on("end", () => end());
        response.on("error", (error) => end(`in the answer: ${error.message}`));
      });
      asked.on("error", (error: NodeJS.ErrnoException) =>
        resolve({ text: "", reused: asked.reusedSocket, failed: error.code ?? error.message }),
      );
    });
  }
}

async function drained(port: number): Promise<void> {
  for (let n = 0; n < 10_000; n++)
    if ((await raw(port, "GET /status HTTP/1.0\r\n\r\n")).endsWith("INDEX-DRAINING")) return;
  expect.fail("no drain began");
}

describe("under a load of connections that are kept and used again", () => {
  test("no request is lost between the signal and the exit, when the balancer has followed readiness by the stop", async () => {
    using service = await serve(compiled);
    const clients = Array.from({ length: CLIENTS }, () => new Client(service.port));
    await Promise.all(clients.map((client) => client.more(25)));
    service.child.kill("SIGTERM");
    await drained(service.port);
    await Promise.all(clients.map((client) => client.more(25)));
    await Promise.all(clients.map((client) => client.stop()));
    await signalAgain(service, "SIGTERM");
    expect(await service.ended).toEqual({ code: 0, signal: null, stderr: "" });
    const all = clients.flatMap(({ outcomes }) => outcomes);
    expect(all.filter(({ text, failed }) => text !== "200 work" || failed !== undefined)).toEqual([]);
    expect(all.length).toBeGreaterThanOrEqual(CLIENTS * 50);
    // The load was what its name says, and the drain ended the reuse.
    expect(all.some(({ reused }) => reused)).toBe(true);
    expect(clients.map(({ outcomes }) => outcomes.at(-1)?.reused)).toEqual(clients.map(() => false));
  });

  test("a client that never stops loses no request that it sent on a kept connection, and no answer that began", async () => {
    using service = await serve(compiled);
    const clients = Array.from({ length: CLIENTS }, () => new Client(service.port));
    await Promise.all(clients.map((client) => client.more(25)));
    service.child.kill("SIGTERM");
    await drained(service.port);
    await Promise.all(clients.map((client) => client.more(5)));
    await signalAgain(service, "SIGTERM");
    expect(await service.ended).toEqual({ code: 0, signal: null, stderr: "" });
    await Promise.all(clients.map(({ finished }) => finished));
    const lost = clients.flatMap(({ outcomes }) => outcomes).filter(({ failed }) => failed !== undefined);
    // Each could only fail to get a new connection: a server that has stopped listening refuses them.
    expect(
      lost.map(({ text, reused, failed }) => [text, reused, /^ECONN(?:REFUSED|RESET)$/.test(failed ?? "")]),
    ).toEqual(clients.map(() => ["", false, true]));
  });
});
