import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import type { Rehearsal } from "../../src/rehearse/index.ts";
import type { Play } from "../../src/rehearse/play/rehearse.ts";
import { effectOf } from "../../src/rehearse/report/html.ts";
import { sentenceOf } from "../../src/rehearse/report/sentence.ts";
import { say } from "../kit/command.ts";

const read = (file: string): string => readFileSync(join(import.meta.dirname, "files", file), "utf8");

/** The figures of a run, as `--json` gives them. */
async function jsonOf(text: string, ...flags: readonly string[]): Promise<readonly Rehearsal[]> {
  const { out, err } = await say(["simulate", "-", "--json", ...flags], { "-": text });
  expect(err).toBe("");
  return JSON.parse(out);
}

const ratings = (rehearsal: Rehearsal | undefined, when: "before" | "after"): readonly (string | undefined)[] =>
  rehearsal?.troubles.map((each) => each[when]?.verdict.rating) ?? [];

describe("simulate with what people have", () => {
  test("goes from kubectl get deploy -o yaml to the two numbers in one command", async () => {
    const yaml = read("deployment.yaml");
    const { code, out } = await say(["simulate", "-", "--load-time", "90s", "--stall", "45s"], { "-": yaml });
    expect(code).toBe(1);
    expect(out).toContain("\nchange these 2\n");
    for (const [now, next] of [
      ["startupProbe.failureThreshold: 6", "startupProbe.failureThreshold: 35"],
      ["livenessProbe.failureThreshold: 3", "livenessProbe.failureThreshold: 6"],
    ]) {
      const [, line = "0"] = new RegExp(`-:(\\d+)  ${now}\\n     -> ${next}\\n`).exec(out) ?? [];
      expect(yaml.split("\n")[Number(line) - 1]).toContain(`failureThreshold: ${now?.split(" ")[1]}`);
    }
  });

  test("finds nothing to change once the two numbers are changed", async () => {
    const changed = read("deployment.yaml")
      .replace("failureThreshold: 6", "failureThreshold: 35")
      .replace("failureThreshold: 3", "failureThreshold: 6");
    const { code, out } = await say(["simulate", "-", "--load-time", "90s", "--stall", "45s"], { "-": changed });
    expect(code).toBe(0);
    expect(out).toContain("\nNothing needs to change.\n");
    expect(out).not.toContain("BAD");
  });

  test.each(["deployment.yaml", "stack.yaml", "haproxy.cfg", "task.json"])(
    "tells %s on one page, as the golden file says",
    async (file) => {
      const { code, out, err } = await say(["simulate", file, "--load-time", "90s"], { [file]: read(file) });
      expect([code, err]).toEqual([1, ""]);
      expect(out.split("\n").length).toBeLessThan(60);
      await expect(out).toMatchFileSnapshot(`golden/${file}.txt`);
    },
  );

  test.each(["deployment.yaml", "stack.yaml", "haproxy.cfg", "task.json"])(
    "mends every trouble of %s by what it changes",
    async (file) => {
      const [rehearsal] = await jsonOf(read(file), "--load-time", "90s");
      expect(ratings(rehearsal, "before")).toContain("bad");
      expect(ratings(rehearsal, "after").every((rating) => rating === "good")).toBe(true);
    },
  );
});

const POD = (probes: string, more = ""): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  replicas: 4
  ${more}
  template:
    spec:
      containers:
        - name: app
          image: example/app:1
          ports: [{ name: web, containerPort: 8080 }]
${probes.replace(/^/gm, "          ")}
`;

const GOOD = `startupProbe: { httpGet: { path: /startupz, port: web }, periodSeconds: 5, failureThreshold: 60 }
readinessProbe: { httpGet: { path: /readyz, port: web }, periodSeconds: 5 }
livenessProbe: { httpGet: { path: /livez, port: web }, timeoutSeconds: 5, failureThreshold: 4 }
lifecycle: { preStop: { sleep: { seconds: 10 } } }`;

describe("what is read of a Deployment", () => {
  test("its probes, numbers and strategy, each by what the file says", async () => {
    const [rehearsal] = await jsonOf(POD(GOOD, "strategy: { rollingUpdate: { maxSurge: 50%, maxUnavailable: 1 } }"));
    expect(rehearsal?.spec).toEqual({
      replicas: 4,
      router: "kubernetes",
      probes: {
        startup: {
          asks: "startup",
          by: "http",
          initialDelaySeconds: 0,
          periodSeconds: 5,
          timeoutSeconds: 1,
          failureThreshold: 60,
        },
        readiness: {
          asks: "readiness",
          by: "http",
          initialDelaySeconds: 0,
          periodSeconds: 5,
          timeoutSeconds: 1,
          failureThreshold: 3,
        },
        liveness: {
          asks: "liveness",
          by: "http",
          initialDelaySeconds: 0,
          periodSeconds: 10,
          timeoutSeconds: 5,
          failureThreshold: 4,
        },
      },
      graceSeconds: 30,
      preStopSeconds: 10,
      told: true,
      maxSurge: 2,
      maxUnavailable: 1,
      drainSeconds: 0,
      refuseAfterSeconds: null,
    });
    expect(ratings(rehearsal, "before").every((rating) => rating === "good")).toBe(true);
  });

  test("a probe by gRPC asks what its service is called, and one by TCP only that the process listens", async () => {
    const [rehearsal] = await jsonOf(
      POD(`readinessProbe: { grpc: { port: 9000 } }
livenessProbe: { tcpSocket: { port: web } }`),
      "--load-time",
      "5s",
    );
    expect(rehearsal?.spec.probes.readiness).toMatchObject({ asks: "readiness", by: "grpc" });
    expect(rehearsal?.spec.probes.liveness).toMatchObject({ asks: "liveness", by: "tcp" });
    // A blocked loop is not seen by TCP.
    expect(rehearsal?.troubles.find(({ trouble }) => trouble === "blocked loop")?.before.figures.restarts).toBe(0);
  });

  test("a path that says nothing is taken for readiness, unless --alive names it", async () => {
    const probes = "livenessProbe: { httpGet: { path: /healthz, port: web } }";
    const [strict] = await jsonOf(POD(probes));
    const [alive] = await jsonOf(POD(probes), "--alive", "/healthz");
    expect(strict?.spec.probes.liveness?.asks).toBe("readiness");
    expect(alive?.spec.probes.liveness?.asks).toBe("liveness");
    expect(strict?.workload.assumed.join()).toContain("--alive /healthz");
  });

  test("a service of the library refuses stale data and drains by itself, and an option says otherwise", async () => {
    const probes = GOOD.replace("/startupz", "/status/startup")
      .replace("/readyz", "/status")
      .replace("/livez", "/status/live");
    const [ours] = await jsonOf(POD(probes));
    expect([ours?.spec.drainSeconds, typeof ours?.spec.refuseAfterSeconds]).toEqual([10, "number"]);
    // Then an outage is one of the whole service, and the change is one of the service.
    expect(ours?.changes.map(({ after }) => after)).toEqual(['refuseAfter: "100m" in the service']);
    const [told] = await jsonOf(POD(probes), "--drain", "3s", "--refuse-after", "never");
    expect([told?.spec.drainSeconds, told?.spec.refuseAfterSeconds, told?.changes]).toEqual([3, null, []]);
  });

  test("all replicas leave at once where the strategy is Recreate, and a change says so", async () => {
    const [rehearsal] = await jsonOf(POD(GOOD, "strategy: { type: Recreate }"));
    expect([rehearsal?.spec.maxSurge, rehearsal?.spec.maxUnavailable]).toEqual([0, 4]);
    expect(rehearsal?.changes[0]?.after).toContain("maxUnavailable: 0");
  });
});

describe("simulate of files", () => {
  test.each([
    [["missing.yaml"], "missing.yaml: there is no such file"],
    [
      ["job.yaml"],
      "job.yaml: contains nothing to simulate. simulate reads a Deployment or another workload of Kubernetes, a Compose file with healthchecks, a haproxy.cfg with servers, or an ECS task definition",
    ],
    [["empty.yaml"], "empty.yaml: is empty. simulate reads a Deployment"],
    [["binary.yaml"], "binary.yaml: is a binary file. simulate reads a Deployment"],
    [["d.yaml", "--nodes", "0"], '--nodes "0": must be a whole number from 1 to 1000'],
    [["d.yaml", "--router", "nginx"], '--router "nginx": must be one of direct, aws-alb'],
    [
      ["d.yaml", "--html", "a.html", "--load-time", "1s"],
      "--html a.html: cannot be written (EROFS: read-only file system)",
    ],
  ])("says in one sentence what is wrong with %j", async (args, message) => {
    const job = "apiVersion: batch/v1\nkind: Job\nspec: {}\n";
    const files = { "d.yaml": POD(GOOD), "job.yaml": job, "empty.yaml": " \r\n", "binary.yaml": "a\0b: c" };
    const { code, out, err } = await say(["simulate", ...args], files);
    expect([code, out]).toEqual([2, ""]);
    expect(err.startsWith(`health-state: ${message}`)).toBe(true);
  });

  test("gives the same answer to the same seed", async () => {
    const [one, other] = [await jsonOf(POD(GOOD), "--seed", "5"), await jsonOf(POD(GOOD), "--seed", "5")];
    expect(one).toEqual(other);
  });
});

describe("the page", () => {
  test(
    "holds everything: it loads nothing, and has a result for every value of every slider",
    { timeout: 60_000 },
    async () => {
      const files: Record<string, string> = {};
      await say(
        ["simulate", "d.yaml", "--html", "out.html", "--load-time", "20s"],
        { "d.yaml": POD(GOOD) },
        undefined,
        (file, text) => {
          files[file] = text;
          return Promise.resolve();
        },
      );
      const page = files["out.html"] ?? "";
      expect(page).not.toMatch(/(src|href)="(?!data:)/);
      expect(page.replaceAll("http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg", "")).not.toMatch(/https?(:|%3A)/);
      expect(page).toContain("prefers-color-scheme:dark");
      expect(page).toContain('name="viewport"');
      const [, json = "{}"] = /const \{ data, names, now \} = (.*);/.exec(page) ?? [];
      const { data, names: troubles } = JSON.parse(json);
      expect(data.map(({ name }: { name: string }) => name)).toEqual([
        "startupProbe.failureThreshold",
        "readinessProbe.failureThreshold",
        "livenessProbe.failureThreshold",
        "livenessProbe.periodSeconds",
        "preStop, seconds",
      ]);
      for (const { values, rows, now } of data) {
        expect(values).toContain(now);
        expect(rows.length).toBe(values.length);
        for (const row of rows) expect(row.length).toBe(troubles.length);
      }
      // The script is one that a browser can read.
      const [, script = ""] = /<script>([\s\S]*)<\/script>/.exec(page) ?? [];
      expect(() => new Script(script)).not.toThrow();
    },
  );
});

describe("the sentence about a result", () => {
  const setup = { replicas: 1 } as Play["setup"];
  const requests = { fresh: 0, stale: 0, stalled: 0, unloaded: 0, lost: 0, refused: 0 };
  const verdict = { rating: "bad", badness: 1 } as const;

  test.each([
    [119.6, "2 min"],
    [3_239.7, "54 min"],
    [3_299.4, "54 min 59 s"],
  ])("says %s s as %s", (noAnswerSeconds, text) => {
    const phases = [{ name: "during", restarts: 0, fewestReady: 0, noAnswerSeconds, requests }];
    const play = { figures: { phases }, verdict, setup } as unknown as Play;
    expect(sentenceOf({ isStart: false }, play)).toBe(
      `during: at least 0 of 1 ready, no replica available for ${text}`,
    );
  });

  test.each([
    [0, false, "No change that was tried is enough."],
    [1, true, "One change prevents every trouble."],
    [1, false, "One change helps, but some troubles remain."],
    [2, true, "2 changes prevent every trouble."],
    [2, false, "2 changes help, but some troubles remain."],
  ])("says what %d changes do (all mended: %s)", (count, mended, text) => {
    expect(effectOf(count, mended)).toBe(text);
  });
});
