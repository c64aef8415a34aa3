import type { Report } from "../model/report.ts";
import type { Tree } from "../model/tree.ts";
import { yamlTreesOf } from "../model/yaml.ts";
import { judgeJsonPatch } from "./json-patch.ts";
import { judgePod } from "./kubernetes-pod.ts";

const HELM = "helm template … | health-state doctor -";
/** What a patch needs before it can be judged. */
const BUILD = "It cannot be checked without its base. Build it first: kustomize build … | health-state doctor -";

/** Kinds that a program turns into other objects: what counts is what comes out. */
const RENDERED: Readonly<Record<string, string>> = {
  HelmRelease: `It contains the values of a chart. Render the chart first, by flux build or ${HELM}`,
  HelmChart: `It contains the values of a chart. Render the chart first: ${HELM}`,
  HelmChartConfig: `It contains the values of a chart. Render the chart first: ${HELM}`,
  Application: "It refers to manifests. Render them first: argocd app manifests … | health-state doctor -",
  ApplicationSet: "It refers to manifests. Render them first: argocd app manifests … | health-state doctor -",
};

/** What tells that a value is about probes, in any form. */
const PROBE_KEY = /^(liveness|readiness|startup)(Probes?)?$|Probes?$|^health_?checks?$/i;

/** Judges one document of a manifest. All that holds containers is a pod. */
export function judgeKubernetes(report: Report, root: Tree): void {
  const { file, line } = root;
  const kind = root.get("kind").text ?? "";
  const name = root.get("metadata", "name").text;
  const why = RENDERED[kind];
  if (why !== undefined && hasSource(root)) {
    report.unread({ file, line, what: nameOf(kind, name), why });
    return;
  }
  if (kind === "Kustomization") return judgePatches(report, root);
  const found = walk(report, root, { kind, patch: isPatch(root, kind) }, new Set());
  if (found || !/\./.test((root.get("apiVersion").text ?? "").split("/")[0] ?? "") || isBuiltIn(root)) return;
  if (hasProbeKey(root, new Set(), 0))
    report.unread({
      file,
      line,
      what: nameOf(kind, name),
      why: "The doctor does not know the probes of this kind.",
    });
}

function nameOf(kind: string, name: string | undefined): string {
  return name === undefined ? kind : `${kind} ${name}`;
}

/** An Application of Argo CD names a source; other kinds of that name do not. */
function hasSource(root: Tree): boolean {
  if (!/^Application/.test(root.get("kind").text ?? "")) return true;
  return ["source", "sources", "template"].some((key) => root.get("spec", key).here);
}

function isBuiltIn(root: Tree): boolean {
  return /\.k8s\.io\//.test(root.get("apiVersion").text ?? "") && root.get("kind").text !== "Kustomization";
}

/** A workload without a selector is a patch of one, unless every container has an image. */
function isPatch(root: Tree, kind: string): boolean {
  if (!/^(Deployment|StatefulSet|DaemonSet|ReplicaSet)$/.test(kind)) return false;
  const containers = root.get("spec", "template", "spec", "containers").items();
  return containers.some((container) => !container.get("image").here);
}

interface Around {
  readonly kind: string;
  readonly patch: boolean;
}

/** Looks for pods in a tree; says whether there was one. */
function walk(report: Report, tree: Tree, around: Around, seen: Set<unknown>): boolean {
  if (tree.item === undefined || tree.item.type === "scalar" || seen.has(tree.item)) return false;
  seen.add(tree.item);
  const kind = tree.get("apiVersion").here ? tree.get("kind").text : undefined;
  const here = kind === undefined || kind === "List" ? around : { kind, patch: isPatch(tree, kind) };
  const pod = isPod(tree);
  if (pod) judgePod(report, { tree, ...here });
  let found = pod;
  for (const [key, child] of tree.branches()) {
    if (pod && (key === "containers" || key === "initContainers")) continue;
    // What a schema describes is no configuration.
    if (key === "openAPIV3Schema" || key === "data" || key === "stringData") continue;
    const inner = jobOf(key) ?? here;
    if (walk(report, child, { ...inner, patch: inner.patch || here.patch }, seen)) found = true;
  }
  return found;
}

function jobOf(key: string): Around | undefined {
  return /^job(TargetRef|Template)?$/i.test(key) ? { kind: "Job", patch: false } : undefined;
}

function isPod(tree: Tree): boolean {
  const containers = tree.get("containers").items();
  return containers.some(
    (container) =>
      container.isMap &&
      (container.get("image").here ||
        (container.get("name").here &&
          ["livenessProbe", "readinessProbe", "startupProbe", "ports"].some((key) => container.get(key).here))),
  );
}

function hasProbeKey(tree: Tree, seen: Set<unknown>, depth: number): boolean {
  if (tree.item === undefined || tree.item.type === "scalar" || seen.has(tree.item) || depth > 12) return false;
  seen.add(tree.item);
  return (
    tree.entries().some(([key, child]) => PROBE_KEY.test(key) && child.here) ||
    tree.branches().some(([, child]) => hasProbeKey(child, seen, depth + 1))
  );
}

/** Patches that stand as text in a kustomization are read like patches in files. */
function judgePatches(report: Report, root: Tree): void {
  const texts = [
    ...root
      .get("patches")
      .items()
      .map((patch) => patch.get("patch")),
    ...root
      .get("spec", "patches")
      .items()
      .map((patch) => patch.get("patch")),
    ...root.get("patchesStrategicMerge").items(),
  ];
  for (const at of texts) {
    const { text, scalar } = at;
    if (text === undefined || scalar?.quote !== "block" || !/Probe\b/.test(text)) continue;
    try {
      for (const patch of yamlTreesOf(root.file, text, scalar.line + 1))
        if (patch.isMap) walk(report, patch, { kind: patch.get("kind").text ?? "", patch: true }, new Set());
        else judgeJsonPatch(report, patch);
    } catch {
      report.unread({
        file: root.file,
        line: at.line,
        what: "a patch",
        why: BUILD,
      });
    }
  }
}
