import { commandOf } from "../../doctor/format/compose.ts";
import { secondsOf } from "../../doctor/model/duration.ts";
import type { Tree } from "../../doctor/model/tree.ts";
import { docker } from "../../probers/client/docker.ts";
import type { Knob, KnobName, Reading, Workload } from "../model/spec.ts";
import { Assumptions, isOurs, questionOfCommand } from "./question.ts";

/** Reads the services of a Compose file that have a check or replicas. */
export function composeWorkloads(root: Tree, reading: Reading): readonly Workload[] {
  return root
    .get("services")
    .entries()
    .filter(([, service]) => checkOf(service).here || isService(service.get("deploy")))
    .filter(([name, service]) => reading.only.includes(name) || !isStore(service))
    .map(([name, service]) => workloadOf(name, service, reading));
}

/** Returns the check of a service, or nothing if it is switched off. */
function checkOf(service: Tree): Tree {
  const check = service.get("healthcheck");
  const test = check.get("test");
  const isOff = check.get("disable").value === true || test.text === "NONE" || test.words()[0] === "NONE";
  return isOff ? check.get("switched off") : test;
}

/** Whether the service is for Swarm. */
function isService(deploy: Tree): boolean {
  return ["replicas", "mode"].some((key) => deploy.get(key).here);
}

/** Whether the service is a known database. A database has a check, but loads no data. */
function isStore(service: Tree): boolean {
  const words = checkOf(service).text ?? checkOf(service).words().join(" ");
  return /\b(pg_isready|redis-cli|valkey-cli|mysqladmin|mariadb-admin|healthcheck\.sh|mongosh?|rabbitmq-diagnostics|rabbitmqctl|cqlsh|nodetool|etcdctl|kafka-[\w-]+(\.sh)?|zookeeper-shell|_cluster\/health|minio\/health)\b/.test(
    words,
  );
}

/** Returns the names of the databases of a file, which are not simulated. */
export function storesOf(root: Tree, reading: Reading): readonly string[] {
  return root
    .get("services")
    .entries()
    .filter(([name, service]) => checkOf(service).here && isStore(service) && !reading.only.includes(name))
    .map(([name]) => name);
}

function workloadOf(name: string, service: Tree, reading: Reading): Workload {
  const assumed = new Assumptions();
  const deploy = service.get("deploy");
  const isSwarm = ["replicas", "mode", "placement", "update_config", "rollback_config"].some(
    (key) => deploy.get(key).here,
  );
  const check = service.get("healthcheck");
  // Docker takes 0 for "not said".
  const seconds = (field: string, otherwise: number): number => secondsOf(check.get(field).value) || otherwise;
  const number = (tree: Tree, otherwise: number): number => (typeof tree.value === "number" ? tree.value : otherwise);
  const { settings } = docker;
  const interval = seconds("interval", Number(settings.interval.value));
  const timeout = seconds("timeout", Number(settings.timeout.value));
  const retries = number(check.get("retries"), 0) || Number(settings.retries.value);
  const start = seconds("start_period", 0);
  const command = checkOf(service).here ? commandOf(check.get("test")) : undefined;
  const asked = command && questionOfCommand(command.words, reading, assumed);
  const question = asked?.question;
  const isGlobal = deploy.get("mode").text === "global";
  const replicas = reading.replicas ?? Math.max(1, number(deploy.get("replicas"), isGlobal ? 3 : 1));
  if (reading.replicas === undefined && isGlobal)
    assumed.add("mode global starts one replica on each of 3 nodes (--replicas)");
  else if (reading.replicas === undefined && !deploy.get("replicas").here)
    assumed.add("the file sets no number of replicas, so there is 1 (--replicas)");
  const grace = service.get("stop_grace_period");
  const update = deploy.get("update_config");
  const together = number(update.get("parallelism"), 1) || replicas;
  const startsFirst = update.get("order").text === "start-first";
  if (isSwarm) {
    assumed.add("Swarm runs the service, because only Swarm uses its deploy settings");
    assumed.add("Swarm removes a task from its network 2 s before SIGTERM");
  } else
    assumed.add(
      "Compose does not restart an unhealthy container, sends requests even if the check fails, and stops a container before it starts the next one",
    );
  if (isSwarm && !question) assumed.add("a task without a check gets requests as soon as it runs");
  const field = (tree: Tree): Knob => ({ line: tree.here ? tree.line : check.line, written: tree.written });
  const knobs: { [K in KnobName]?: Knob } = {
    replicas: { line: deploy.get("replicas").line, written: deploy.get("replicas").written },
    grace: { line: grace.here ? grace.line : service.line, written: grace.written },
    surge: { line: update.here ? update.line : service.line, written: update.get("order").written },
    "check.path": field(check.get("test")),
    "check.period": field(check.get("interval")),
    "check.timeout": field(check.get("timeout")),
    "check.failures": field(check.get("retries")),
    "check.start": field(check.get("start_period")),
  };
  const replacing = isSwarm &&
    question && {
      ...byOf(question),
      intervalSeconds: interval,
      timeoutSeconds: timeout,
      retries,
      startSeconds: start,
      // During the start, the check runs more often (moby/moby daemon/health.go, since Docker Engine 25).
      startIntervalSeconds: seconds("start_interval", 5),
      // The default of restart_policy.delay.
      delaySeconds: secondsOf(deploy.get("restart_policy", "delay").value) ?? 5,
    };
  return {
    file: service.file,
    line: service.line,
    name: `service ${name}`,
    kind: isGlobal ? "global" : undefined,
    platform: isSwarm ? "swarm" : "compose",
    ours: isOurs([asked?.path]),
    spec: {
      replicas,
      router: isSwarm && question ? "docker" : "direct",
      ...(isSwarm &&
        question && {
          check: { ...byOf(question), intervalSeconds: interval, timeoutSeconds: timeout, rise: 1, fall: retries },
        }),
      ...(replacing && { replacing }),
      probes: {},
      graceSeconds: secondsOf(grace.value) ?? 10,
      // moby/moby daemon/cluster/executor/container/controller.go, defaultGossipConvergeDelay.
      preStopSeconds: isSwarm ? 2 : 0,
      told: isSwarm,
      maxSurge: isSwarm && startsFirst ? together : 0,
      maxUnavailable: isSwarm ? (startsFirst ? 0 : together) : replicas,
    },
    knobs,
    handlers: {},
    paths: asked?.path === undefined ? {} : { check: asked.path },
    assumed: assumed.all,
  };
}

/** A check command cannot use gRPC. */
export function byOf({ asks, by }: { readonly asks: "readiness" | "liveness" | "startup"; readonly by: string }): {
  readonly asks: "readiness" | "liveness" | "startup";
  readonly by: "http" | "tcp";
} {
  return { asks, by: by === "tcp" ? "tcp" : "http" };
}
