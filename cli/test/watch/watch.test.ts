import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createHealth, details, loaded, type Health } from "health-state";
import { createVirtualClock } from "health-state/testing";
import { runCommand } from "../../src/command/run.ts";
import type { Fetched, Io } from "../../src/io/io.ts";
import { changesOf } from "../../src/watch/change.ts";
import { draw, type Terminal } from "../../src/watch/screen.ts";
import { look, type Seen, type SeenResource } from "../../src/watch/seen.ts";
import { say } from "../kit/command.ts";

const URL_OF = "http://localhost:5100/status";

/** Asks a health without a server. */
const fetchFrom =
  (health: Health): Io["fetch"] =>
  async (url, accept) => {
    const response = health.fetch(new Request(url, { headers: { accept } }));
    return {
      status: response.status,
      contentType: response.headers.get("content-type") ?? "",
      body: await response.text(),
      state: response.headers.get("health-state") ?? undefined,
    };
  };

/** A service in virtual time, watched once a second. */
function createWatched(leave: "always" | "never" = "always"): {
  readonly health: Health;
  readonly out: string[];
  answer(given: () => unknown): void;
  watch(seconds: number, terminal?: Terminal): Promise<number>;
} {
  const clock = createVirtualClock();
  const health = createHealth({ clock, details: details(leave) });
  health.subscribe(() => {});
  let load: () => unknown = () => loaded({}, { revision: "r-1" });
  health.resource("index", {
    load: () => load() as object,
    refreshEvery: "2s",
    staleAfter: "5s",
    refuseAfter: "10s",
    jitter: 0,
  });
  const out: string[] = [];
  return {
    health,
    out,
    answer: (given) => void (load = given),
    async watch(seconds, terminal) {
      let left = seconds;
      const io: Io = {
        read: () => Promise.reject(new Error("nothing is read")),
        write: () => Promise.reject(new Error("nothing is written")),
        fetch: fetchFrom(health),
        out: (text) => void out.push(text),
        err: (text) => void out.push(text),
        terminal: terminal && (() => terminal),
        now: () => new Date(clock.wall()),
        pause: async (ms) => {
          await clock.advance(ms);
          return left-- > 0;
        },
        version: "0",
      };
      return runCommand(["watch", URL_OF], io);
    },
  };
}

describe("watch, where the output is no terminal", () => {
  test("writes a line for each change, and none where nothing changes", async () => {
    const { answer, health, out, watch } = createWatched();
    health.start();
    expect(await watch(3)).toBe(0);
    answer(() => {
      throw new Error("no\u001b[31m route");
    });
    await watch(9);
    expect(out.join("").trimEnd().split("\n")).toEqual([
      "00:00:00 readiness is 503 LOADING",
      "00:00:00 liveness is 200 I-AM-ALIVE",
      "00:00:00 index is LOADING",
      "00:00:01 readiness is 200 READY",
      "00:00:01 index loaded, revision r-1, generation 1",
      "00:00:01 index changed from LOADING to READY",
      "00:00:02 index loaded, revision r-1, generation 2",
      ...out.join("").trimEnd().split("\n").slice(7),
    ]);
    const text = out.join("");
    expect(text).toContain("index failed at attempt 1: no\\u001b[31m route");
    expect(text).toContain("index changed from READY to STALE");
    expect(text).not.toContain("\u001b");
  });

  test("--once says what there is, by its exit code too", async () => {
    const { health } = createWatched();
    health.start();
    const starting = await say(["watch", URL_OF, "--once"], {}, fetchFrom(health));
    expect([starting.code, starting.out.includes("readiness is 503 LOADING")]).toEqual([1, true]);
    await health.whenReady();
    expect((await say(["watch", URL_OF, "--once"], {}, fetchFrom(health))).code).toBe(0);
    health.drain();
    const draining = await say(["watch", URL_OF, "--once"], {}, fetchFrom(health));
    expect([draining.code, draining.out.includes("readiness is 503 DRAINING")]).toEqual([1, true]);
    expect(draining.out).toContain("index is READY");
    const gone = await say(["watch", URL_OF, "--once"]);
    expect([gone.code, gone.out]).toEqual([2, "03:04:05 the service cannot be reached: fetch failed\n"]);
  });

  test("without details it shows the probes, and says what is missing", async () => {
    const { health, out, watch } = createWatched("never");
    health.start();
    await watch(0);
    expect(
      out
        .join("")
        .split("\n")
        .map((line) => line.slice(9)),
    ).toEqual([
      "readiness is 503 INDEX-NOT-LOADED",
      "liveness is 200 I-AM-ALIVE",
      "the service sends no details. Allow them: createHealth({ details: details(...) })",
      "",
    ]);
  });

  test.each([
    [["watch"], "watch needs one URL"],
    [["watch", "localhost:5100"], "must be a URL"],
    [["watch", "http://a", "http://b"], "watch needs one URL"],
    [["watch", URL_OF, "--every", "1ms"], "--every"],
    [["watch", URL_OF, "--evry", "1s"], "Did you mean --every?"],
  ])("%j is refused with what to do", async (args, said) => {
    const { code, err } = await say(args);
    expect([code, err.includes(said), err]).toEqual([2, true, err]);
  });
});

describe("watch, in a terminal", () => {
  test("has a screen of its own, and gives it back", async () => {
    const { health, out, watch } = createWatched();
    health.start();
    await watch(2, { columns: 100, rows: 12, hasColour: true });
    expect(out[0]).toBe("\u001b[?1049h\u001b[?25l");
    expect(out.at(-1)).toBe("\u001b[?25h\u001b[?1049l");
    expect(out[3]).toContain("\u001b[32mREADY");
    expect(out[3]).toContain("index loaded, revision r-1, generation 1");
  });

  const resource: SeenResource = {
    name: "a-very-long-name-of-a-resource-that-goes-on-and-on",
    state: "STALE",
    isRequired: false,
    age: 7_300,
    staleAfter: 3_600,
    refuseAfter: undefined,
    revision: "r".repeat(80),
    generation: 3,
    isRefreshing: true,
    attempt: 4,
    checkedAt: "2026-01-01T00:00:00Z",
    error: "gone",
  };
  const seen: Seen = {
    failure: undefined,
    readiness: "200 STALE",
    isReady: true,
    liveness: "200 I",
    resources: [resource],
  };
  const show = (one: Seen, terminal: Partial<Terminal> = {}): readonly string[] =>
    draw(
      { url: URL_OF, seen: one, clock: "03:04:05", lines: ["03:04:05 index is READY"] },
      { columns: 120, rows: 24, hasColour: false, ...terminal },
    );

  test("no line is wider than the terminal, and no screen higher, however small it is", () => {
    for (const columns of [20, 36, 44, 89, 90, 120, 200])
      for (const rows of [1, 2, 5, 24])
        for (const one of [seen, { ...seen, resources: undefined }, { ...seen, failure: "x".repeat(300) }]) {
          const lines = show(one, { columns, rows });
          expect([columns, Math.max(...lines.map((line) => line.length)) <= columns]).toEqual([columns, true]);
          expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
        }
  });

  test("a wide one has a line for each resource, a narrow one has three", () => {
    expect(show(seen)[3]).toBe(
      "a-very-long-name-of-a-r…  STALE            2 h  [##########|#########]  loading, attempt 4, gone, revision rrrrrrrrrrrr…",
    );
    expect(show(seen, { columns: 44 }).slice(3, 6)).toEqual([
      "a-very-long-name-of-a-r… STALE",
      "  2 h [##########|#########]",
      "  loading, attempt 4, gone, revision rrrrrr…",
    ]);
  });

  test("a colour goes on and off around the state alone, and there is none without colour", () => {
    expect(show(seen, { hasColour: true })[3]).toContain("\u001b[33mSTALE     \u001b[0m");
    expect(show(seen).join("")).not.toContain("\u001b");
  });
});

describe("what is seen", () => {
  test("changes are told once, also when the process was restarted or a resource is gone", () => {
    const one = (given: Partial<SeenResource>): Seen => ({
      failure: undefined,
      readiness: "200 READY",
      isReady: true,
      liveness: undefined,
      resources: [
        {
          name: "index",
          state: "READY",
          isRequired: true,
          age: 1,
          staleAfter: 5,
          refuseAfter: 10,
          revision: undefined,
          generation: 4,
          isRefreshing: false,
          attempt: 1,
          checkedAt: "a",
          error: undefined,
          ...given,
        },
      ],
    });
    const down: Seen = { ...one({}), failure: "connect ECONNREFUSED", readiness: undefined, resources: undefined };
    expect(changesOf(one({}), one({}))).toEqual([]);
    expect(changesOf(one({}), one({ age: 2 }))).toEqual([]);
    expect(changesOf(one({}), one({ checkedAt: "b" }))).toEqual(["index is unchanged at its source"]);
    expect(changesOf(one({}), one({ generation: 1 }))).toEqual([
      "index started again, because the process was restarted",
    ]);
    expect(changesOf(one({}), { ...one({}), resources: [] })).toEqual(["index is gone"]);
    expect(changesOf(one({}), down)).toEqual(["the service cannot be reached: connect ECONNREFUSED"]);
    expect(changesOf(down, down)).toEqual([]);
    expect(changesOf(down, one({}))[0]).toBe("the service answers again");
  });

  test("anything that a server may answer is survived, and control characters are not passed on", async () => {
    const bodies = [
      "",
      "{",
      "null",
      "[]",
      '{"checks":1}',
      '{"checks":{"a:age":1,"b:age":[],"c":[{}]}}',
      "\u001b[2J<html>",
    ];
    for (const body of bodies)
      for (const contentType of ["application/json", "text/html", ""]) {
        const answer: Fetched = { status: 200, contentType, body };
        const got = await look(URL_OF, { fetch: () => Promise.resolve(answer) });
        const screen = draw(
          { url: URL_OF, seen: got, clock: "", lines: [] },
          { columns: 80, rows: 9, hasColour: false },
        );
        expect(screen.join("")).not.toContain("\u001b");
      }
  });

  test("a key in the URL is sent, and not shown", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end("I-AM-ALIVE");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    // SAFETY: a server on TCP has such an address.
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/status?key=secret`;
    const got = await look(url, {
      fetch: async (address) => {
        const response = await fetch(address);
        return { status: response.status, contentType: "text/plain", body: await response.text() };
      },
    });
    expect([got.readiness, asked.sort()]).toEqual([
      "200 I-AM-ALIVE",
      ["/status/live?key=secret", "/status?key=secret"],
    ]);
    server.close();
  });
});
