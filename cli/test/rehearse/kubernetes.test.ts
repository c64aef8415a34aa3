import { describe, expect, test } from "vitest";
import { deployment, played } from "./kit.ts";

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
