import { UnknownKindError, UsageError } from "../io/io.ts";
import { judgeCloudFormation, isCloudFormation } from "./format/cloudformation.ts";
import { judgeCompose } from "./format/compose.ts";
import { judgeConsul } from "./format/consul.ts";
import { judgeDockerfile } from "./format/dockerfile.ts";
import { judgeEcs } from "./format/ecs.ts";
import { fieldOf, judgeEnvoy } from "./format/envoy.ts";
import { isHaproxy } from "./format/haproxy-section.ts";
import { judgeHaproxy } from "./format/haproxy.ts";
import { judgeJsonPatch } from "./format/json-patch.ts";
import { judgeKubernetes } from "./format/kubernetes.ts";
import { judgeNomad } from "./format/nomad.ts";
import { judgeTerraform } from "./format/terraform.ts";
import { isValues } from "./format/values.ts";
import { hclTreeOf } from "./model/hcl.ts";
import { createReport, type Examined, type Report, type Service } from "./model/report.ts";
import type { Tree } from "./model/tree.ts";
import { isIni, RENDER, withoutIdleDocuments, yamlTreesOf } from "./model/yaml.ts";

/** What one file holds, and its format. */
export interface ExaminedFile extends Examined {
  readonly kind: string;
}

interface Kind {
  readonly kind: string;
  readonly is: (root: Tree) => boolean;
  readonly judge: (report: Report, root: Tree) => void;
}

const KINDS: readonly Kind[] = [
  { kind: "kubernetes", is: (root) => root.get("apiVersion").here && root.get("kind").here, judge: judgeKubernetes },
  { kind: "kubernetes", is: isJsonPatch, judge: judgeJsonPatch },
  { kind: "cloudformation", is: isCloudFormation, judge: judgeCloudFormation },
  { kind: "ecs", is: isEcs, judge: judgeEcs },
  { kind: "compose", is: (root) => root.get("services").isMap, judge: judgeCompose },
  { kind: "envoy", is: isEnvoy, judge: judgeEnvoy },
  { kind: "consul", is: isConsul, judge: judgeConsul },
];

/** The formats in YAML or JSON, which --fix can change. */
const EDITABLE = /^(kubernetes|compose|envoy|ecs|consul|cloudformation)$/;

const ACCEPTED =
  "The doctor reads Kubernetes manifests, Compose files, Dockerfiles, haproxy.cfg, Envoy YAML, Consul definitions, ECS task definitions, CloudFormation templates, Terraform files and Nomad jobs";

/**
 * Reads a file, finds its kind and judges its health checks.
 *
 * @throws UsageError with the reason, for a file of no known kind
 */
export function examine(file: string, text: string, service: Service): ExaminedFile {
  const { report, done } = createReport(service);
  const kind = judgeByKind(report, file, text);
  const examined = done();
  if (EDITABLE.test(kind) && !/\.(hcl|tf)$/.test(file)) return { kind, ...examined };
  const findings = examined.findings.map(({ edit: _edit, ...finding }) => ({ ...finding, fixable: false }));
  return { kind, ...examined, findings };
}

function judgeByKind(report: Report, file: string, text: string): string {
  // The byte order mark of UTF-16 becomes these characters when it is read as UTF-8.
  if (/^\uFFFD\uFFFD[^]?\0/.test(text)) throw new UsageError(`${file}: is text in UTF-16. Save it in UTF-8`);
  if (text.includes("\0")) throw new UsageError(`${file}: is a binary file. ${ACCEPTED}`);
  if (text.trim() === "") throw new UsageError(`${file}: is empty. ${ACCEPTED}`);
  const name = file.replace(/^.*[/\\]/, "");
  if (isDockerfile(name, text)) {
    judgeDockerfile(report, file, text);
    return "dockerfile";
  }
  if (isHaproxy(text)) {
    judgeHaproxy(report, file, text);
    return "haproxy";
  }
  if (isHcl(name, text)) return judgeHcl(report, file, text);
  if (isIni(text)) throw new UnknownKindError(`${file}: has an unknown format. ${ACCEPTED}`);
  // A template of a chart may be YAML by chance; its values are still missing.
  if (
    /\{\{-?\s*(\.Values|\.Release|\.Chart|include |template |toYaml )/.test(text) &&
    /^(apiVersion|kind):/m.test(text)
  )
    throw new UnknownKindError(
      `${file}: is a template of a Helm chart. Render the chart first: helm template ... | health-state doctor -`,
    );
  const busy = withoutIdleDocuments(text);
  if (busy.replace(/---/g, "").trim() === "") return "kubernetes";
  const trees = treesOf(file, name, busy);
  const known = trees.flatMap((root) => {
    const kind = KINDS.find(({ is }) => is(root));
    return kind && !(kind.kind !== "kubernetes" && isValues(file, root)) ? [{ root, ...kind }] : [];
  });
  const [first] = known;
  if (first) {
    for (const { root, judge } of known) judge(report, root);
    return first.kind;
  }
  if (trees.some((root) => isValues(file, root)))
    throw new UnknownKindError(
      `${file}: contains the values of a Helm chart. Render the chart first: helm template ... | health-state doctor -`,
    );
  throw new UnknownKindError(`${file}: has an unknown format. ${ACCEPTED}`);
}

/** Only a file that should be YAML has mistakes of YAML. Others beside it, such as a script, have another format. */
function treesOf(file: string, name: string, text: string): readonly Tree[] {
  try {
    return yamlTreesOf(file, text);
  } catch (error) {
    if (/^-$|\.(ya?ml|json)$/i.test(name) || /^(apiVersion|services|Resources):/m.test(text)) throw error;
    const more = text.includes("{{") ? RENDER : "";
    throw new UnknownKindError(`${file}: has an unknown format. ${ACCEPTED}${more}`);
  }
}

function isDockerfile(name: string, text: string): boolean {
  return (
    /^(Dockerfile|Containerfile)|\.(dockerfile|containerfile)$/i.test(name) ||
    /^\s*(FROM|HEALTHCHECK)\s+\S/m.test(firstWords(text))
  );
}

function isHcl(name: string, text: string): boolean {
  return (
    /\.(hcl|tf|nomad)$/.test(name) ||
    /^(resource|service|check|job|variable|provider|module|data)\s+("[^"]*"\s*)*\{/m.test(firstWords(text))
  );
}

function judgeHcl(report: Report, file: string, text: string): string {
  const root = hclTreeOf(file, text);
  if (root.all("job").length > 0) {
    judgeNomad(report, root);
    return "nomad";
  }
  if (
    ["service", "services", "check", "checks"].some((key) => root.get(key).here) &&
    root.all("resource").length === 0
  ) {
    judgeConsul(report, root);
    return "consul";
  }
  judgeTerraform(report, root);
  return "terraform";
}

/** A patch of kustomize: a list of operations. */
function isJsonPatch(root: Tree): boolean {
  const [first] = root.items();
  return first !== undefined && first.get("op").here && first.get("path").here;
}

/** The container definitions that Terraform takes from a file are a list. */
function isEcs(root: Tree): boolean {
  if (root.isList)
    return root
      .items()
      .some((item) => (item.get("image").here && item.get("name").here) || item.get("containerDefinitions").isList);
  return [root, root.get("taskDefinition")].some((tree) => tree.get("containerDefinitions").isList);
}

function isEnvoy(root: Tree): boolean {
  const isList = (name: string): boolean => fieldOf(root, name).isList;
  if (fieldOf(root, "static_resources").isMap || isList("health_checks")) return true;
  if (isList("clusters")) return true;
  return root
    .get("resources")
    .items()
    .some((item) => item.get("@type").here || item.get("name").here);
}

function isConsul(root: Tree): boolean {
  const isService = (tree: Tree): boolean =>
    tree.isMap && ["name", "Name", "id", "ID", "check", "Check", "checks", "Checks"].some((key) => tree.get(key).here);
  if (["service", "Service"].some((key) => isService(root.get(key)))) return true;
  // Other programs name their services in a list too, such as Render and GitLab.
  const isListed = (tree: Tree): boolean =>
    isService(tree) &&
    !["type", "alias", "plan", "runtime"].some((key) => tree.get(key).here) &&
    tree.entries().length > 1;
  if (["services", "Services"].some((key) => root.get(key).items().some(isListed))) return true;
  const isCheck = (tree: Tree): boolean =>
    ["http", "HTTP", "tcp", "TCP", "args", "Args", "ttl", "TTL", "interval", "Interval", "grpc", "GRPC"].some(
      (key) => tree.get(key).here,
    );
  return root.all("check", "Check", "checks", "Checks").some(isCheck);
}

/** The first lines that say something, for telling the kind of a file without a name. */
function firstWords(text: string): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s*(#|\/\/)/.test(line))
    .slice(0, 20)
    .filter((_, index, lines) => lines.slice(0, index).every((before) => /^\s*ARG\s/i.test(before)))
    .join("\n");
}
