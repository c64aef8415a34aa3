import { describe, expect, test } from "vitest";
import type { Rehearsal } from "../../src/rehearse/index.ts";
import { say } from "../kit/command.ts";

/** What one run says of each workload, as JSON and as a page. */
async function played(
  text: string,
  ...flags: readonly string[]
): Promise<{ readonly found: readonly Rehearsal[]; readonly page: string }> {
  const args = ["simulate", "-", "--load-time", "20s", ...flags];
  const [json, page] = [await say([...args, "--json"], { "-": text }), await say(args, { "-": text })];
  expect([json.err, page.err]).toEqual(["", ""]);
  return { found: JSON.parse(json.out), page: page.out.replaceAll(/\n +(?=[^ ])/g, " ") };
}

const deployment = (pod: string, spec = "replicas: 2"): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  ${spec}
  template:
    spec:
${pod.replaceAll(/^/gm, "      ")}
`;

describe("which container of a pod is played", () => {
  const pod = `containers:
  - name: istio-proxy
    image: docker.io/istio/proxyv2:1.22.0
    readinessProbe: { httpGet: { path: /healthz/ready, port: 15021 } }
  - name: app
    image: example/app:1
    ports: [{ containerPort: 3000 }]
    livenessProbe: { httpGet: { path: /livez, port: 3000 } }
  - name: admin
    image: example/admin:1
    readinessProbe: { httpGet: { path: /readyz, port: 4000 } }
initContainers:
  - { name: migrate, image: example/app:1 }
  - { name: mesh, image: example/mesh:1, restartPolicy: Always }`;

  test("the first with a probe that is no proxy or agent, and the others are named", async () => {
    const { found, page } = await played(deployment(pod));
    expect(found[0]?.workload.paths).toEqual({ liveness: "/livez" });
    expect(page).toContain("only the container app is simulated (--container), and not istio-proxy, admin");
    expect(page).toContain("the init container migrate take no time");
  });

  test("another, if an option names it", async () => {
    const { found } = await played(deployment(pod), "--container", "admin");
    expect(found[0]?.workload.paths).toEqual({ readiness: "/readyz" });
  });

  test("the one that kubectl takes by default, if the pod names it", async () => {
    const named = deployment(pod).replace(
      "  template:",
      '  template:\n    metadata: { annotations: { kubectl.kubernetes.io/default-container: "admin" } }',
    );
    expect((await played(named)).found[0]?.workload.paths).toEqual({ readiness: "/readyz" });
  });

  test("the proxy, if it is all there is", async () => {
    const { found } = await played(deployment(pod.split("\n").slice(0, 4).join("\n")));
    expect(found[0]?.workload.paths).toEqual({ readiness: "/healthz/ready" });
  });
});

describe("what a change of a Deployment says", () => {
  const container = (more: string): string => `containers:
  - name: app
    image: example/app:1
${more.replaceAll(/^/gm, "    ")}`;

  test("the port of a new probe is the port of the container, or of its other probes", async () => {
    const ports = await played(deployment(container("ports: [{ name: web, containerPort: 3000 }]")));
    expect(ports.page).toContain("httpGet: { path: /ready, port: 3000 }");
    const probe = await played(deployment(container("readinessProbe: { tcpSocket: { port: 9092 } }")));
    expect(probe.page).toContain("tcpSocket: { port: 9092 } -> httpGet: { path: /ready, port: 9092 }");
  });

  test("a new probe asks with the headers of the one that it is made from", async () => {
    const { page } = await played(
      deployment(
        container(`livenessProbe:
  httpGet: { path: /healthz, port: 80, httpHeaders: [{ name: Host, value: "a.example:1" }] }
  failureThreshold: 1`),
      ),
    );
    expect(page).toContain(
      'httpGet: { path: /healthz, port: 80, httpHeaders: [{ name: Host, value: "a.example:1" }] }',
    );
  });

  test.each([
    ["exec: { command: [nginx, -s, quit] }", 'exec: { command: ["sh", "-c", "sleep 10; nginx -s quit"] }'],
    [
      "exec: { command: [/bin/bash, -c, 'sleep 1 && a, b'] }",
      'exec: { command: ["/bin/bash", "-c", "sleep 10; a, b"] }',
    ],
    ["sleep: { seconds: 1 }", "preStop: { sleep: { seconds: 10 } }"],
    ["httpGet: { path: /bye, port: 80 }", "a hook that takes 10 s, in addition to its current command"],
  ])("a preStop hook %s keeps what it does", async (hook, next) => {
    const { page } = await played(
      deployment(
        container(`readinessProbe: { httpGet: { path: /readyz, port: 80 } }\nlifecycle: { preStop: { ${hook} } }`),
      ),
    );
    expect(page).toContain(next);
  });

  test("a strategy of Recreate is replaced by its name", async () => {
    const { page } = await played(
      deployment(
        container("readinessProbe: { httpGet: { path: /readyz, port: 80 } }"),
        "replicas: 2\n  strategy: { type: Recreate }",
      ),
    );
    expect(page).toContain("type: Recreate -> strategy: type: RollingUpdate rollingUpdate:");
  });

  test("a file that wants no replicas is played with one, and says so", async () => {
    const { found, page } = await played(deployment(container("ports: [{ containerPort: 80 }]"), "replicas: 0"));
    expect(found[0]?.spec.replicas).toBe(1);
    expect(page).toContain("the file has 0 replicas, but 1 is simulated (--replicas)");
    expect(page).not.toContain("lone stale replica");
  });

  test("grpc_health_probe asks what gRPC asks, and --alive says that it answers at once", async () => {
    const probe = container("livenessProbe: { exec: { command: [/bin/grpc_health_probe, -addr=:50051] } }");
    expect((await played(deployment(probe))).found[0]?.spec.probes.liveness).toMatchObject({
      asks: "readiness",
      by: "grpc",
    });
    expect((await played(deployment(probe), "--alive", "grpc")).found[0]?.spec.probes.liveness).toMatchObject({
      asks: "liveness",
      by: "grpc",
    });
  });

  test("no node is drained of a DaemonSet or a lone Pod, and nobody deploys a lone Pod", async () => {
    const { found } = await played(
      `${deployment(container("ports: [{ containerPort: 80 }]")).replace("kind: Deployment", "kind: DaemonSet")}---
apiVersion: v1
kind: Pod
metadata: { name: alone }
spec:
  containers: [{ name: app, image: example/app:1, ports: [{ containerPort: 80 }] }]
`,
    );
    expect(found.map(({ troubles }) => troubles.map(({ trouble }) => trouble))).toEqual([
      ["cold start", "slow load", "source outage", "lone stale replica", "deploy", "blocked loop"],
      ["cold start", "slow load", "source outage", "blocked loop"],
    ]);
  });
});

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

describe("the servers of a haproxy.cfg", () => {
  test("a template counts for all it makes, and a backup for none", async () => {
    const { found, page } = await played(`defaults
  default-server inter 5s fastinter 1s
backend web
  option httpchk GET /readyz
  server a 10.0.0.1:80 check
  server-template more 1-4 app.example:80 check
  server spare 10.0.0.9:80 check backup
`);
    expect(found[0]?.spec.replicas).toBe(5);
    expect(page).toContain("the backup server gets no requests");
    expect(page).toContain("fastinter and downinter are not simulated");
    expect(page).toContain("default-server: inter 5s fall 3 -> default-server: inter 2s fall 2");
  });

  test("the default-server of a backend and its own request count before those of defaults", async () => {
    const { found } = await played(`defaults
  option httpchk
  http-check send meth GET uri /readyz
  default-server inter 10s fall 1
backend web
  http-check send meth GET uri /livez
  default-server inter 3s fall 4
  server a 10.0.0.1:80 check
`);
    expect(found[0]?.workload.paths).toEqual({ check: "/livez" });
    expect(found[0]?.spec.check).toMatchObject({ intervalSeconds: 3, fall: 4 });
  });

  test("a backend of Varnish is none of HAProxy", async () => {
    const { code, err } = await say(["simulate", "-"], { "-": 'backend default {\n  .host = "127.0.0.1";\n}\n' });
    expect([code, err.includes("haproxy.cfg:")]).toEqual([2, false]);
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
