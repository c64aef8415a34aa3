import type { Tree } from "../model/tree.ts";

/** Keys that the values of a chart have and configuration of other kinds has not. */
const KEYS =
  /^(replicaCount|nodeSelector|tolerations|affinity|livenessProbe|readinessProbe|startupProbe|probes|ingress|autoscaling|podAnnotations|podSecurityContext|securityContext|serviceAccount|imagePullSecrets|fullnameOverride|nameOverride|persistence|extraEnv|controllers|global)$/;
const PROBE = /^(liveness|readiness|startup)(Probe)?$/;

/** Whether a tree holds the values of a Helm chart: they become a manifest only with the chart. */
export function isValues(file: string, root: Tree): boolean {
  if (!root.isMap || root.get("apiVersion").here || root.get("services").isMap) return false;
  const keys = root.entries().map(([key]) => key);
  const own = keys.filter((key) => KEYS.test(key)).length;
  const image = root.get("image", "repository").here || root.get("image", "tag").here;
  const named = /(^|[-_.])values([-_.][\w-]+)*\.ya?ml$/.test(file.replace(/^.*[/\\]/, ""));
  return (
    own + (image ? 1 : 0) + (named ? 1 : 0) >= 2 ||
    (!root.get("static_resources").here && hasProbes(root, new Set(), 0)) ||
    (named && own > 0)
  );
}

function hasProbes(tree: Tree, seen: Set<unknown>, depth: number): boolean {
  if (depth > 6 || seen.has(tree.item)) return false;
  // Aliases may name the same map many times over.
  seen.add(tree.item);
  return tree.entries().some(([key, child]) => child.isMap && (PROBE.test(key) || hasProbes(child, seen, depth + 1)));
}
