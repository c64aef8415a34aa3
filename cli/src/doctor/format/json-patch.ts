import type { Item } from "../model/item.ts";
import type { Report } from "../model/report.ts";
import { Tree } from "../model/tree.ts";
import { judgePod } from "./kubernetes-pod.ts";

const PROBE = /\/(?:livenessProbe|readinessProbe|startupProbe)$/;

/** Judges a JSON patch: the probes that it adds or replaces whole. The rest says too little without its base. */
export function judgeJsonPatch(report: Report, patch: Tree): void {
  let isWhole = true;
  for (const operation of patch.items()) {
    const path = operation.get("path").text ?? "";
    const op = operation.get("op").text;
    const value = operation.get("value");
    if (op === "remove" || op === "test") continue;
    if (PROBE.test(path) && value.isMap) judgeProbe(report, value, path.slice(path.lastIndexOf("/") + 1));
    else isWhole = false;
  }
  if (isWhole && patch.items().length > 0) return;
  report.unread({
    file: patch.file,
    line: patch.line,
    what: "a JSON patch",
    why: "It says too little without its base. Build it first: kustomize build … | health-state doctor -",
  });
}

/** Judges a probe as part of a container that is otherwise unknown. */
function judgeProbe(report: Report, value: Tree, key: string): void {
  const { item, line } = value;
  if (item === undefined) return;
  const mapOf = (name: string, inner: Item): Item => ({
    type: "map",
    line,
    flow: false,
    entries: [{ key: name, line, start: 0, column: 0, item: inner }],
  });
  const pod = mapOf("containers", { type: "list", line, items: [mapOf(key, item)] });
  judgePod(report, { tree: new Tree({ file: value.file, line, field: "value" }, pod), kind: "", patch: true });
}
