import { describe, expect, test } from "vitest";
import { createHealth, details, toMs } from "health-state";
import { createVirtualClock } from "health-state/testing";
import { say, type Said } from "../kit/command.ts";

const NOTED =
  "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n      readinessProbe:\n        httpGet: { path: /status, port: 8080 }\n";

describe("doctor --from", () => {
  const answer =
    (body: unknown, contentType = "application/health+json") =>
    () =>
      Promise.resolve({ status: 200, contentType, body: JSON.stringify(body) });
  const check = (refuseAfter: number | null, more: object = {}) => [
    { required: true, limits: { refuseAfter }, ...more },
  ];
  const pod = { "-": NOTED };

  test("takes the strictest refuseAfter of what is required", async () => {
    const { out } = await say(
      ["doctor", "--json", "--from", "http://127.0.0.1/status", "-"],
      pod,
      answer({
        checks: { "index:age": check(65), "rules:age": check(null), "other:age": check(5, { required: false }) },
      }),
    );
    expect(
      JSON.parse(out).findings.map(({ rule, problem }: { rule: string; problem: string }) => [rule, problem]),
    ).toContainEqual(["stale-fails-closed", "If the data source fails, every replica answers 503 after 65 s."]);
  });

  test("reads the limits of the library itself, and hears nothing where it allows no details", async () => {
    const loader = { load: () => 1, refreshEvery: "30s", staleAfter: "65s", refuseAfter: "10m" } as const;
    const ask = async (allowed: boolean): Promise<Said> => {
      const health = createHealth({ ...(allowed && { details: details("always") }) });
      health.resource("index", loader);
      const said = await say(["doctor", "--from", "http://127.0.0.1/status", "-"], pod, async (url, accept) => {
        const response = await health.fetch(new Request(url, { headers: { accept } }));
        return {
          status: response.status,
          contentType: response.headers.get("content-type") ?? "",
          body: await response.text(),
        };
      });
      await health.close();
      return said;
    };
    const [open, shut] = [await ask(true), await ask(false)];
    expect([open.code, open.out.includes("every replica answers 503 after 600 s"), shut.code, shut.out]).toEqual([
      1,
      true,
      2,
      "",
    ]);
  });

  test("reads how long the library's longest load took, and judges the start-up budget by it", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, details: details("always") });
    const seconds = [40, 90, 5];
    health.resource("index", {
      load: () => new Promise((resolve) => clock.setTimer(() => resolve({}), (seconds.shift() ?? 1) * 1_000, false)),
      refreshEvery: "10m",
    });
    const manifest = `${NOTED}      startupProbe:
        httpGet: { path: /status/startup, port: 8080 }
        periodSeconds: 10
        failureThreshold: 6
`;
    const budgets = async (): Promise<readonly string[]> => {
      const { out } = await say(
        ["doctor", "--json", "--from", "http://127.0.0.1/status", "-"],
        { "-": manifest },
        async (url, accept) => {
          const response = await health.fetch(new Request(url, { headers: { accept } }));
          return {
            status: response.status,
            contentType: response.headers.get("content-type") ?? "",
            body: await response.text(),
          };
        },
      );
      const findings: readonly { rule: string; problem: string }[] = JSON.parse(out).findings;
      return findings.filter(({ rule }) => rule === "startup-budget-short").map(({ problem }) => problem);
    };
    health.start();
    const said = [await budgets()];
    for (const wait of ["1m", "20m", "10m"]) {
      await clock.advance(toMs("wait", wait, 0));
      said.push(await budgets());
    }
    await health.close();
    expect(said.map((messages) => messages.map((message) => /\b(40|90|5) s\b/.exec(message)?.[1]))).toEqual([
      [],
      [],
      ["90"],
      ["90"],
    ]);
  });

  test("lets what the user says win", async () => {
    const { out } = await say(
      ["doctor", "--json", "--from", "http://127.0.0.1/status", "--refuse-after", "never", "-"],
      pod,
      answer({ checks: { "index:age": check(65) } }),
    );
    expect(JSON.parse(out).findings.map(({ rule }: { rule: string }) => rule)).toEqual(["no-drain"]);
  });

  test.each([
    [
      "cannot be reached",
      () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") })),
      "cannot be reached (connect ECONNREFUSED)",
    ],
    [
      "gives the word alone",
      answer("I-AM-ALIVE", "text/plain"),
      "sends no details (content-type text/plain). Allow them in the service: createHealth({ details: details(...) })",
    ],
    ["gives other JSON", answer([1, 2]), "the answer is not health+json with checks"],
  ])("says so where the service %s", async (_, fetch, message) => {
    expect(await say(["doctor", "--from", "http://h/status", "-"], pod, fetch)).toEqual({
      code: 2,
      out: "",
      err: `health-state: --from http://h/status: ${message}\n`,
    });
  });
});
