import type { Report } from "../model/report.ts";
import type { Tree } from "../model/tree.ts";

/** The kinds of volumes that Kubernetes updates. */
const UPDATED = ["configMap", "secret", "projected", "downwardAPI"] as const;

/** Judges the mounts of a container that reads its data again and again. */
export function judgeMounts(report: Report, pod: Tree, container: Tree): void {
  const volumes = pod.get("volumes").items();
  for (const mount of container.get("volumeMounts").items()) {
    const name = mount.get("name").text;
    const volume = volumes.find((one) => name !== undefined && one.get("name").text === name);
    const at = ["subPath", "subPathExpr"].map((key) => mount.get(key)).find(({ here }) => here);
    if (!volume || !at || !UPDATED.some((kind) => volume.get(kind).here)) continue;
    report.add({
      rule: "sub-path",
      severity: "warning",
      at,
      what: `The volume "${name}" is mounted with ${at.field.split(".").at(-1)}, so this file never changes.`,
      why: "Kubernetes updates a ConfigMap or a Secret only in a mount of the whole volume. The service then reports its first data as fresh for ever.",
      fix: `mountPath: a folder of its own, without subPath; the service reads the file in that folder`,
    });
  }
}
