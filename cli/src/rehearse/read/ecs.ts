import { commandOf } from "../../doctor/format/compose.ts";
import type { Tree } from "../../doctor/model/tree.ts";
import { ecs } from "../../probers/client/ecs.ts";
import type { Knob, Reading, Workload } from "../model/spec.ts";
import { byOf } from "./compose.ts";
import { assumeAlone, mainOf, type Choice } from "./container.ts";
import { Assumptions, isOurs, questionOfCommand } from "./question.ts";

/** Reads a field in the spelling of the API or of CloudFormation. */
function fieldOf(tree: Tree, name: string): Tree {
  return tree.any(name, `${name[0]?.toUpperCase()}${name.slice(1)}`);
}

/** Reads the essential container of each task definition. A service of this task is simulated. */
export function ecsWorkloads(root: Tree, reading: Reading): readonly Workload[] {
  if (root.isList && root.items().some((item) => fieldOf(item, "containerDefinitions").isList))
    return root.items().flatMap((item) => ecsWorkloads(item, reading));
  const definition = fieldOf(root, "taskDefinition");
  const task = definition.isMap ? definition : root;
  const containers = (root.isList ? root : fieldOf(task, "containerDefinitions")).items();
  const container = mainOf(containers, reading, CHOICE);
  if (!container) return [];
  const assumed = new Assumptions();
  assumeAlone(containers, container, CHOICE, assumed);
  const family = root.isList ? undefined : fieldOf(task, "family").text;
  return [workloadOf(family ?? fieldOf(container, "name").text ?? "task", container, reading, assumed)];
}

/** Selects the container of a task. The balancer sends requests to a container with ports. */
const CHOICE: Choice = {
  nameOf: (container) => fieldOf(container, "name"),
  imageOf: (container) => fieldOf(container, "image"),
  hasCheck: (container) => fieldOf(container, "healthCheck").here,
  hasPorts: (container) => fieldOf(container, "portMappings").here,
};

/** ECS removes a task from its target group before it stops the task (state DEACTIVATING). */
const DEREGISTERS_SECONDS = 5;

function workloadOf(name: string, container: Tree, reading: Reading, assumed: Assumptions): Workload {
  const check = fieldOf(container, "healthCheck");
  const number = (tree: Tree, field: keyof typeof ecs.settings): number => {
    const { value } = fieldOf(tree, field);
    // ECS refuses 0, except where it is the default.
    return typeof value === "number" && value > 0 ? value : Number(ecs.settings[field].value ?? 0);
  };
  const command = check.here ? commandOf(fieldOf(check, "command")) : undefined;
  const asked = command && questionOfCommand(command.words, reading, assumed);
  const stop = fieldOf(container, "stopTimeout");
  const replicas = reading.replicas ?? 2;
  if (reading.replicas === undefined) assumed.add("the service has 2 tasks (--replicas)");
  const router = reading.router ?? "aws-alb";
  assumed.add(
    router === "direct"
      ? "requests come even if the check fails (--router)"
      : `${router} routes, with the check that health-state config ${router} writes (--router)`,
  );
  if (router !== "direct")
    assumed.add(`ECS removes a task from the target group ${DEREGISTERS_SECONDS} s before SIGTERM`);
  assumed.add(
    "a deploy starts all new tasks before it stops the old ones (minimumHealthyPercent 100, maximumPercent 200)",
  );
  const field = (key: string): Knob => {
    const at = fieldOf(check, key);
    return { line: at.here ? at.line : check.line, written: at.written };
  };
  return {
    file: container.file,
    line: container.line,
    name: `task ${name}`,
    platform: "ecs",
    ours: isOurs([asked?.path]),
    spec: {
      replicas,
      router,
      ...(reading.checkers !== undefined && { check: { checkers: reading.checkers } }),
      ...(asked && {
        replacing: {
          ...byOf(asked.question),
          intervalSeconds: number(check, "interval"),
          timeoutSeconds: number(check, "timeout"),
          retries: number(check, "retries"),
          startSeconds: number(check, "startPeriod"),
          delaySeconds: 0,
        },
      }),
      probes: {},
      graceSeconds: typeof stop.value === "number" ? stop.value : 30,
      preStopSeconds: router === "direct" ? 0 : DEREGISTERS_SECONDS,
      told: router !== "direct",
      maxSurge: replicas,
      maxUnavailable: 0,
    },
    knobs: {
      replicas: { line: container.line },
      grace: { line: stop.here ? stop.line : container.line, written: stop.written },
      "check.path": field("command"),
      "check.period": field("interval"),
      "check.timeout": field("timeout"),
      "check.failures": field("retries"),
      "check.start": field("startPeriod"),
    },
    handlers: {},
    paths: asked?.path === undefined ? {} : { check: asked.path },
    assumed: assumed.all,
  };
}
