import { describe, expect, test } from "vitest";
import { say } from "../kit/command.ts";
import { deployment, played } from "./kit.ts";

describe("several workloads of one file", () => {
  const compose = `services:
  db: { image: postgres, healthcheck: { test: [CMD-SHELL, pg_isready -U app] } }
  api: { image: example/api, healthcheck: { test: curl -f http://localhost/ready } }
  worker: { image: example/worker, healthcheck: { test: curl -f http://localhost/ready } }
`;

  test("say once what all workloads assume, and leave stores out", async () => {
    const { found, page } = await played(compose);
    expect(found.map(({ workload }) => workload.name)).toEqual(["service api", "service worker"]);
    expect(page.match(/a load takes 20 s/g)).toHaveLength(1);
    expect(page).toContain("Not simulated: db, because a database loads no data from a source. --only simulates it.");
  });

  test("are chosen by --only, a store too", async () => {
    expect((await played(compose, "--only", "worker,db")).found.map(({ workload }) => workload.name)).toEqual([
      "service db",
      "service worker",
    ]);
    const { code, err } = await say(["simulate", "-", "--only", "web"], { "-": compose });
    expect([code, err]).toEqual([
      2,
      "health-state: --only web: - contains no such workload. The workloads are api, worker\n",
    ]);
  });

  test("a check that is switched off is none, and a global service has no number of replicas to change", async () => {
    const { found, page } = await played(`services:
  off: { image: a, healthcheck: { disable: true, test: curl -f http://localhost/ready }, deploy: { replicas: 2 } }
  none: { image: a, healthcheck: { test: [NONE] }, deploy: { mode: global } }
  plain: { image: a, healthcheck: { disable: true } }
`);
    expect(found.map(({ spec }) => [spec.replicas, spec.router])).toEqual([
      [2, "direct"],
      [3, "direct"],
    ]);
    expect(page).not.toContain("-> replicas:");
  });
});

describe("who is told before SIGTERM", () => {
  test("Swarm and ECS take a task out first, so that no long drain is asked for", async () => {
    const stack = await played(`services:
  api:
    image: a
    healthcheck: { test: curl -f http://localhost/ready, interval: 90s, start_period: 5m }
    deploy: { replicas: 3, update_config: { order: start-first } }
`);
    expect(stack.found[0]?.changes.map(({ after }) => after)).toEqual([]);
    const task = await played('{"family":"web","containerDefinitions":[{"name":"web","portMappings":[{}]}]}');
    expect(task.found[0]?.changes).toEqual([]);
  });

  test("the proxy of Knative drains, so that no hook is asked for, which Knative would refuse", async () => {
    const pod = `containers:
  - image: example/app:1
    ports: [{ containerPort: 8080 }]
    readinessProbe: { httpGet: { path: /readyz, port: 8080 } }`;
    const file = deployment(pod, "traffic: []")
      .replace("apps/v1", "serving.knative.dev/v1")
      .replace("Deployment", "Service");
    const { page } = await played(file);
    expect(page).toContain("the proxy of Knative lets requests end for 30 s before SIGTERM, and takes no hook");
    expect(page).not.toContain("lifecycle");
  });

  test("a task that starts is asked every 5 s by Docker, or as the file says", async () => {
    const at = async (check: string): Promise<number | null | undefined> => {
      const { found } = await played(`services:
  api:
    image: a
    healthcheck: { test: curl -f http://localhost/ready, interval: 60s, start_period: 2m${check} }
    deploy: { replicas: 1 }
`);
      return found[0]?.troubles[0]?.before.figures.allReadySeconds;
    };
    expect(await at("")).toBeLessThan(40);
    expect(await at(", start_interval: 60s")).toBeGreaterThan(60);
  });
});

describe("numbers that a file cannot have", () => {
  test.each([
    ["HAProxy", "backend web\n  option httpchk GET /readyz\n  server a 10.0.0.1:80 check inter 0 fall 0 rise 0\n", 2],
    [
      "Compose",
      'services:\n  a:\n    image: a\n    deploy: { replicas: 2 }\n    healthcheck: { test: "curl -f http://127.0.0.1/livez", interval: 0s, timeout: 0s, retries: 0 }\n',
      30,
    ],
    [
      "ECS",
      '[{"name":"a","image":"a","healthCheck":{"command":["CMD-SHELL","curl -f http://127.0.0.1/livez"],"interval":0,"timeout":0,"retries":0}}]',
      30,
    ],
  ])("a check of %s every 0 s comes at the default interval", async (_, text, seconds) => {
    const { found } = await played(text);
    const { check, replacing } = found[0]?.spec ?? {};
    expect((replacing ?? check)?.intervalSeconds).toBe(seconds);
  });

  test("a share that is no number is the default", async () => {
    const text = deployment(
      "containers: [{ name: app, image: a }]",
      "replicas: 4\n  strategy: { rollingUpdate: { maxSurge: some, maxUnavailable: 50% } }",
    );
    const { found } = await played(text);
    expect([found[0]?.spec.maxSurge, found[0]?.spec.maxUnavailable]).toEqual([1, 2]);
  });

  test("more replicas than --replicas takes are refused", async () => {
    const text = deployment("containers: [{ name: app, image: a }]", "replicas: 1000000");
    const { code, err } = await say(["simulate", "a.yaml"], { "a.yaml": text });
    expect([code, err]).toEqual([
      2,
      "health-state: a.yaml:1: 1000000 replicas are too many. Simulate fewer of them: --replicas 100\n",
    ]);
  });
});

describe("the containers of a task of ECS", () => {
  test("a proxy is not taken for the service", async () => {
    const { found, page } = await played(`{"family": "search", "containerDefinitions": [
      {"name": "envoy", "image": "envoy", "healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost:9901/ready"]}},
      {"name": "search", "image": "example/search:1", "portMappings": [{"containerPort": 8080}],
       "healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost:8080/livez"]}}]}`);
    expect(found[0]?.workload.paths).toEqual({ check: "/livez" });
    expect(page).toContain("only the container search is simulated (--container), and not envoy");
  });
});
