import type { Seen, SeenResource } from "./seen.ts";

/** What has happened between two looks, a line each. The first look says everything. */
export function changesOf(before: Seen | undefined, after: Seen): readonly string[] {
  if (after.failure !== undefined)
    return before?.failure === after.failure ? [] : [`the service cannot be reached: ${after.failure}`];
  const lines: string[] = [];
  if (before?.failure !== undefined) lines.push("the service answers again");
  if (before?.readiness !== after.readiness) lines.push(`readiness is ${after.readiness}`);
  if (after.liveness !== undefined && before?.liveness !== after.liveness) lines.push(`liveness is ${after.liveness}`);
  if (after.resources === undefined) {
    if (before === undefined)
      lines.push("the service sends no details. Allow them: createHealth({ details: details(...) })");
    return lines;
  }
  const known = new Map(before?.resources?.map((resource) => [resource.name, resource]));
  for (const resource of after.resources) {
    lines.push(...resourceChanges(known.get(resource.name), resource));
    known.delete(resource.name);
  }
  return [...lines, ...[...known.keys()].map((name) => `${name} is gone`)];
}

function resourceChanges(before: SeenResource | undefined, after: SeenResource): readonly string[] {
  const { name, state, generation, checkedAt, attempt, error } = after;
  const revision = after.revision === undefined ? "" : `, revision ${after.revision}`;
  const why = error === undefined ? "" : `: ${error}`;
  if (!before) return [`${name} is ${state}${revision}${why}`];
  const lines: string[] = [];
  if (generation > before.generation) lines.push(`${name} loaded${revision}, generation ${generation}`);
  else if (generation < before.generation) lines.push(`${name} started again, because the process was restarted`);
  else if (checkedAt !== before.checkedAt && checkedAt !== undefined) lines.push(`${name} is unchanged at its source`);
  if (attempt > before.attempt) lines.push(`${name} failed at attempt ${attempt - 1}${why}`);
  if (state !== before.state) lines.push(`${name} changed from ${before.state} to ${state}`);
  return lines;
}
