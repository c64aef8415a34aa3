import { describe, expect, test } from "vitest";
import { createHealth, createGuard, details, zPages } from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { PROBES } from "./whole.ts";
import type { DetailsAccess, Health, Resource } from "../../src/index.ts";

const SECRET = "hunter2";
const URL = `postgres://matcher:${SECRET}@10.0.0.7:5432/banks`;

/** Everything that can go wrong with a source whose every message has the password. */
const FAULTS: Readonly<Record<string, () => unknown>> = {
  "an Error": () => {
    throw new Error(`connect ECONNREFUSED ${URL}`);
  },
  "a string": () => {
    throw URL;
  },
  "an AggregateError with a cause": () => {
    throw new AggregateError([new Error(URL)], URL, { cause: new Error(URL) });
  },
  "an Error whose name says it": () => {
    throw Object.assign(new Error("x"), { name: URL, code: SECRET });
  },
  "a rejection": () => Promise.reject(new Error(URL)),
};

async function failed(
  fault: () => unknown,
  leave: DetailsAccess | undefined,
): Promise<{ health: Health; index: Resource<object>; clock: VirtualClock }> {
  const clock = createVirtualClock();
  const health = createHealth({
    clock,
    paths: { readiness: ["/status", "/readyz"] },
    ...(leave && { details: details(leave) }),
  });
  // SAFETY: none of them returns.
  const index = health.resource("index", { load: fault as () => object, refreshEvery: "30s" });
  health.check("database", { run: fault, refreshEvery: "5s", required: true });
  health.start();
  await clock.settle();
  return { health, index, clock };
}

/** All that leaves: the status line, the headers and the body. */
async function all(response: Response): Promise<string> {
  return JSON.stringify([response.status, response.statusText, [...response.headers], await response.text()]);
}

const FORMS: readonly RequestInit[] = ["GET", "HEAD", "POST"].flatMap((method) =>
  ["*/*", "application/json", "application/health+json", "text/plain"].map((accept) => ({
    method,
    headers: { accept },
  })),
);

describe("a password in an error's text reaches no anonymous caller", () => {
  const leaves: readonly (readonly [string, DetailsAccess | undefined])[] = [
    ["no details", undefined],
    ["never", "never"],
    ["a predicate that says no", () => false],
  ];
  const cases = Object.entries(FAULTS).flatMap(([name, fault]) =>
    leaves.map(([leave, value]) => [name, leave, fault, value] as const),
  );

  test.each(cases)("%s, %s: every probe, path, form and method", async (_name, _leave, fault, leave) => {
    const { health, clock } = await failed(fault, leave);
    const stages = [async () => {}, () => clock.advance(120_000), async () => health.drain(), () => health.close()];
    for (const stage of stages) {
      await stage();
      for (const init of FORMS)
        for (const query of ["", "?verbose", "?verbose=1&details&debug"]) {
          for (const path of ["/status", "/readyz", "/status/live", "/status/startup", ...Object.values(zPages)])
            expect(await all(health.fetch(new Request(`http://x${path}${query}`, init)))).not.toMatch(
              /hunter2|postgres|matcher|10\.0|index:|database/,
            );
          for (const probe of PROBES)
            expect(await all(health.answerAs(probe, new Request(`http://x/any${query}`, init)))).not.toMatch(
              /hunter2|postgres|index:|database/,
            );
        }
    }
  });

  test.each(Object.entries(FAULTS))(
    "%s: the text form tells the reason to those who have leave, in its body alone",
    async (name, fault) => {
      const { health } = await failed(fault, "always");
      const response = health.fetch(new Request("http://x/status?verbose"));
      expect(JSON.stringify([...response.headers])).not.toContain(SECRET);
      const [line] = (await response.text()).split("\n");
      expect(line).toMatch(name.includes("name says") ? /^\[-\]index failed: x$/ : /^\[-\]index failed: .*hunter2/);
    },
  );

  test("the JSON form tells those who have leave, in its body alone", async () => {
    const { health } = await failed(FAULTS["an Error"] ?? expect.fail(), "always");
    const response = health.fetch(new Request("http://x/status", { headers: { accept: "application/json" } }));
    expect(JSON.stringify([...response.headers])).not.toContain(SECRET);
    expect(await response.text()).toContain(`connect ECONNREFUSED ${URL}`);
  });

  test.each(Object.entries(FAULTS))("%s: a guard's refusal is one fixed document", async (_name, fault) => {
    const { index } = await failed(fault, undefined);
    for (const options of [{}, { maxAge: "1m" }]) {
      expect(await createGuard(index, options)()).toEqual({
        status: 503,
        headers: {
          "content-type": "application/problem+json",
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
          "content-length": "128",
          "retry-after": "1",
        },
        body: '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The data that this request needs is not loaded yet."}',
      });
    }
  });

  test("a NotReadyError says nothing of its cause in its message", async () => {
    const { index } = await failed(FAULTS["an Error"] ?? expect.fail(), undefined);
    const error: unknown = await index.get().catch((caught: unknown) => caught);
    expect(String(error)).toBe("NotReadyError: index is not ready: failed (NOT_LOADED). Try again in 1 s.");
  });
});
