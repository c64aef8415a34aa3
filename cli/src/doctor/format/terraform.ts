import { labelsOf } from "../model/hcl.ts";
import type { Item } from "../model/item.ts";
import type { Report } from "../model/report.ts";
import { isTemplate, Tree } from "../model/tree.ts";
import { yamlTreesOf } from "../model/yaml.ts";
import { judgeCommand } from "../rule/command.ts";
import { commandOf } from "./compose.ts";
import { judgeEcs } from "./ecs.ts";
import { judgeKubernetes } from "./kubernetes.ts";
import { judgePod } from "./kubernetes-pod.ts";
import { judgeElb, judgeGoogle } from "./load-balancer.ts";
import { judgeTargetGroup } from "./target-group.ts";

/** Judges the resources of a Terraform file that have health checks. */
export function judgeTerraform(report: Report, root: Tree): void {
  for (const module of root.all("module")) judgeModule(report, module);
  for (const resource of root.all("resource")) {
    const [type = "", name = ""] = labelsOf(resource);
    if (/^aws_(lb|alb)_target_group$/.test(type))
      for (const check of resource.all("health_check")) judgeGroup(report, resource, check);
    else if (type === "aws_ecs_task_definition") judgeTask(report, resource, `${type} ${name}`);
    else if (type === "aws_elb") judgeElb(report, resource);
    else if (/^google_compute_(region_)?health_check$/.test(type)) judgeGoogle(report, resource, name);
    else if (/^google_cloud_run(_v2)?_service$/.test(type)) judgeCloudRun(report, resource);
    else if (type === "kubernetes_manifest") judgeKubernetes(report, resource.get("manifest"));
    else if (type === "kubectl_manifest") judgeText(report, resource.get("yaml_body"));
    else if (/^kubernetes_/.test(type)) judgeWorkload(report, resource, type);
    else if (type === "docker_container")
      for (const check of resource.all("healthcheck")) {
        report.seen(check);
        const command = commandOf(check.get("test"), resource.get("image").text);
        if (command) judgeCommand(report, command);
      }
    else if (type === "helm_release")
      report.unread({
        file: resource.file,
        line: resource.line,
        what: `${type} ${name}`,
        why: "It contains the values of a chart. Render the chart first: helm template … | health-state doctor -",
      });
  }
}

/** What a module makes of its arguments is known only to the module. */
function judgeModule(report: Report, module: Tree): void {
  const check = checkIn(module, 0);
  if (!check) return;
  const [name = ""] = labelsOf(module);
  const why = "Only the module knows what it does with the health check in its arguments. Check the plan instead.";
  report.unread({ file: module.file, line: check.line, what: `module ${name}`, why });
}

function checkIn(tree: Tree, depth: number): Tree | undefined {
  if (depth > 12) return undefined;
  for (const [key, child] of tree.branches()) {
    const found = /^health_?check$|^container_definitions$|_probe$/i.test(key) ? child : checkIn(child, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** A manifest that stands as text in the file. */
function judgeText(report: Report, { file, line, text, scalar }: Tree): void {
  const what = "kubectl_manifest";
  const why = "Its yaml_body contains references. Write the manifest to a file, and give that file to the doctor.";
  if (text === undefined || scalar?.quote !== "block" || isTemplate(text))
    return report.unread({ file, line, what, why });
  try {
    for (const tree of yamlTreesOf(file, text, scalar.line + 1)) judgeKubernetes(report, tree);
  } catch {
    report.unread({ file, line, what, why });
  }
}

function judgeGroup(report: Report, resource: Tree, check: Tree): void {
  if (check.get("enabled").value === false) return;
  judgeTargetGroup(report, {
    at: check,
    path: check.get("path"),
    protocol: check.get("protocol"),
    traffic: resource.get("protocol"),
    interval: check.get("interval"),
    timeout: check.get("timeout"),
    unhealthy: check.get("unhealthy_threshold"),
    matcher: check.get("matcher"),
  });
}

function judgeTask(report: Report, resource: Tree, what: string): void {
  const definitions = resource.get("container_definitions");
  const { file } = resource;
  const { line } = definitions;
  if (definitions.isList) {
    judgeEcs(report, definitions);
    if (!definitions.items().some((item) => item.isMap))
      report.unread({ file, line, what, why: "Expressions make its containers. Check the plan instead." });
  } else if (definitions.here) {
    const why = "Its container_definitions are in another file or module. Give that file to the doctor.";
    report.unread({ file, line, what, why });
  }
}

/** The containers of a service of Cloud Run, in either version of the resource. */
function judgeCloudRun(report: Report, resource: Tree): void {
  for (const template of [resource.get("template"), resource.get("template", "spec")])
    if (template.get("containers").here)
      judgePod(report, { tree: new Tree(template, toPod(template)), kind: "Service", patch: false });
}

/** The pod of a workload, in the words of Kubernetes. */
function judgeWorkload(report: Report, resource: Tree, type: string): void {
  const kind = type
    .replace(/^kubernetes_|_v\d\w*$/g, "")
    .replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase())
    .replace("Daemonset", "DaemonSet");
  const specs = [
    resource.get("spec", "template", "spec"),
    resource.get("spec", "job_template", "spec", "template", "spec"),
    ...(kind === "Pod" ? [resource.get("spec")] : []),
  ];
  for (const spec of specs)
    if (spec.get("container").here) judgePod(report, { tree: new Tree(spec, toPod(spec)), kind, patch: false });
}

const LISTS: Readonly<Record<string, string>> = {
  container: "containers",
  containers: "containers",
  init_container: "initContainers",
  port: "ports",
  ports: "ports",
  env: "env",
};

/** Blocks as Kubernetes spells them: repeated ones in a list, names in camel case. */
function toPod(tree: Tree): Item | undefined {
  const { item } = tree;
  if (item?.type === "list")
    return {
      ...item,
      items: tree
        .items()
        .map((each) => toPod(each) ?? each.item)
        .filter((each) => each !== undefined),
    };
  if (item?.type !== "map") return item;
  const entries = new Map<string, (typeof item.entries)[number]>();
  for (const entry of item.entries) {
    const plain = entry.key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const child = toPod(new Tree({ file: tree.file, line: entry.line, field: entry.key }, entry.item)) ?? entry.item;
    const list = LISTS[entry.key];
    if (list === undefined || child.type !== "map") {
      entries.set(plain, { ...entry, key: plain, item: child });
      continue;
    }
    const known = entries.get(list)?.item;
    const items = [...(known?.type === "list" ? known.items : []), { ...child, line: entry.line }];
    entries.set(list, { ...entry, key: list, item: { type: "list", line: entry.line, items } });
  }
  return { ...item, entries: [...entries.values()] };
}
