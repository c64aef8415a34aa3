import { isCloudFormation } from "../../doctor/format/cloudformation.ts";
import { isHaproxy } from "../../doctor/format/haproxy-section.ts";
import { UsageError } from "../../io/io.ts";
import { isIni, withoutIdleDocuments, yamlTreesOf } from "../../doctor/model/yaml.ts";
import type { Tree } from "../../doctor/model/tree.ts";
import type { Reading, Workload } from "../model/spec.ts";
import { composeWorkloads, storesOf } from "./compose.ts";
import { ecsWorkloads } from "./ecs.ts";
import { haproxyWorkloads } from "./haproxy.ts";
import { kubernetesWorkloads } from "./kubernetes.ts";

const ACCEPTED =
  "simulate reads a Deployment or another workload of Kubernetes, a Compose file with healthchecks, a haproxy.cfg with servers, or an ECS task definition";

/** The same limit as that of --replicas. */
const MOST_REPLICAS = 10_000;

/** The content of a file. */
export interface Found {
  readonly workloads: readonly Workload[];
  /** The names of the databases that are not simulated. */
  readonly stores: readonly string[];
}

/**
 * Reads the workloads of a file.
 *
 * @throws UsageError if the file has no workload. The message names the accepted formats
 */
export function workloadsOf(file: string, text: string, reading: Reading): Found {
  if (text.includes("\0")) throw new UsageError(`${file}: is a binary file. ${ACCEPTED}`);
  if (text.trim() === "") throw new UsageError(`${file}: is empty. ${ACCEPTED}`);
  if (isHaproxy(text)) return someOf(file, haproxyWorkloads(file, text, reading), reading, []);
  if (isIni(text)) throw new UsageError(`${file}: has an unknown format. ${ACCEPTED}`);
  const busy = withoutIdleDocuments(text);
  const trees = busy.replace(/---/g, "").trim() === "" ? [] : yamlTreesOf(file, busy);
  return someOf(
    file,
    trees.flatMap((root) => workloadsIn(root, reading)),
    reading,
    trees.flatMap((root) => storesOf(root, reading)),
  );
}

function workloadsIn(root: Tree, reading: Reading): readonly Workload[] {
  if (root.get("apiVersion").here && root.get("kind").here) return kubernetesWorkloads(root, reading);
  if (isCloudFormation(root))
    return root
      .get("Resources")
      .entries()
      .filter(([, resource]) => resource.get("Type").text === "AWS::ECS::TaskDefinition")
      .flatMap(([, resource]) => ecsWorkloads(resource.get("Properties"), reading));
  if (root.get("services").isMap) return composeWorkloads(root, reading);
  return ecsWorkloads(root, reading);
}

function someOf(file: string, found: readonly Workload[], { only }: Reading, stores: readonly string[]): Found {
  if (found.length === 0)
    throw new UsageError(
      `${file}: contains nothing to simulate. ${ACCEPTED}${stores.length > 0 ? `. These are simulated only if --only names them: ${stores.join(", ")}` : ""}`,
    );
  const large = found.find(({ spec }) => spec.replicas > MOST_REPLICAS);
  if (large)
    throw new UsageError(
      `${file}:${large.line}: ${large.spec.replicas} replicas are too many. Simulate fewer of them: --replicas 100`,
    );
  const named = found.filter(({ name }) => only.includes(nameIn(name)));
  if (only.length > 0 && named.length === 0)
    throw new UsageError(
      `--only ${only.join(",")}: ${file} contains no such workload. The workloads are ${found.map(({ name }) => nameIn(name)).join(", ")}`,
    );
  return { workloads: only.length > 0 ? named : found, stores };
}

/** Returns the name without the kind. */
function nameIn(name: string): string {
  return name.slice(name.indexOf(" ") + 1);
}
