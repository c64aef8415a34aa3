import { hasSucceeded, isEndedLoad, isSlow, type EndedLoad } from "../observe/ended-load.ts";
import { toSafeText } from "../option/invalid-option.ts";
import type { PartEventType, PartResult, ResourceEvent } from "../resource/event.ts";
import type { Limits } from "../resource/limits.ts";
import { messageOf } from "../resource/print.ts";
import type { Fields, Level, Write } from "./log-entry.ts";

/** What was told and has not ended: it is told once, and so is its end. */
export type Trouble = "load" | "save" | "hints";

/** Writes the lines about a resource. */
export function writeResource(
  write: Write,
  event: ResourceEvent,
  troubles: Set<Trouble>,
  limits: Limits | undefined,
): void {
  if (isEndedLoad(event)) writeLoad(write, event, troubles, limits);
  if (event.type === "transition" && event.state === "STALE")
    write("warn", `the value of "${event.name}" is STALE${ageText(event)}`, {
      event: "stale",
      ...recordFields(event),
    });
  if (isOfPart(event)) writePart(write, event, troubles);
}

function writeLoad(write: Write, event: EndedLoad, troubles: Set<Trouble>, limits: Limits | undefined): void {
  const { name, attempt, durationMs, outcome, snapshot } = event;
  const slow = isSlow(event, limits);
  const isTroubled = attempt > 1 || troubles.has("load");
  // Nearly every load succeeds. The fields are then not computed.
  if (hasSucceeded(event) && !isTroubled && !slow) return;
  const fields = fieldsOf(event);
  if (outcome !== "loaded" && outcome !== "unchanged") {
    troubles.add("load");
    const why = fields.error === undefined ? "" : `: ${fields.error}`;
    // With a value in memory the service still answers.
    const level = snapshot.age === undefined ? "error" : "warn";
    write(level, `loading "${name}" ${VERB[outcome]} at attempt ${attempt}${why}`, {
      event: outcome,
      ...fields,
    });
    return;
  }
  // A loader that returns unchanged() for the rejected revision has succeeded, but the source has not recovered.
  if (isTroubled && snapshot.rejected === undefined) {
    troubles.delete("load");
    write("info", `loading "${name}" succeeded at attempt ${attempt}`, { event: "recovered", ...fields });
  }
  if (slow)
    write("warn", `loading "${name}" was slow: ${Math.round(durationMs)} ms`, {
      event: "slow",
      ...fields,
    });
}

/** An event of a part of a resource. */
interface PartEvent extends ResourceEvent {
  readonly type: PartEventType;
  readonly result: PartResult;
}

function isOfPart(event: ResourceEvent): event is PartEvent {
  return event.result !== undefined;
}

function writePart(write: Write, event: PartEvent, troubles: Set<Trouble>): void {
  const { name, type, result, reason } = event;
  const why = reason === undefined ? "" : `: ${toSafeText(reason)}`;
  const tell = (level: Level, text: string): void =>
    write(level, text, {
      event: type,
      result,
      ...recordFields(event),
      ...(reason !== undefined && { error: toSafeText(reason) }),
    });
  const begins = (trouble: Trouble): boolean => {
    const isNew = !troubles.has(trouble);
    troubles.add(trouble);
    return isNew;
  };
  switch (`${type} ${result}`) {
    case "restore restored":
      return tell("info", `the value of "${name}" was restored from a store${ageText(event)}`);
    case "restore ignored":
    case "restore failed":
      return tell("warn", `the value of "${name}" was not restored${why}`);
    case "save failed":
      return begins("save") ? tell("warn", `saving "${name}" failed${why}`) : undefined;
    case "save saved":
      return troubles.delete("save") ? tell("info", `saving "${name}" succeeded again`) : undefined;
    case "gate failed":
    case "gate silent":
      return tell("warn", `"${name}" loads without its turn${why}`);
    case "hints lost":
      return begins("hints") ? tell("warn", `the hints of "${name}" are lost${why}`) : undefined;
    case "hints connected":
      return troubles.delete("hints") ? tell("info", `the hints of "${name}" are connected again`) : undefined;
    default:
      return undefined;
  }
}

const VERB = { failed: "failed", rejected: "was rejected", "timed-out": "timed out" } as const;

function ageText({ snapshot }: ResourceEvent): string {
  return snapshot.age === undefined ? "" : `, ${Math.round(snapshot.age / 1_000)} s old`;
}

/** The fields of a line about a resource. They never contain the value. */
function recordFields({ name, state, snapshot }: ResourceEvent): Omit<Fields, "event"> {
  const { age, nextAttemptAt } = snapshot;
  return {
    resource: name,
    state,
    ...(age !== undefined && { ageMs: age }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt).toISOString() }),
  };
}

/** The fields of a line about a load. */
function fieldsOf(event: EndedLoad): Omit<Fields, "event"> {
  const { outcome, durationMs, attempt, revision, snapshot } = event;
  const { lastError } = snapshot;
  return {
    ...recordFields(event),
    outcome,
    durationMs,
    attempt,
    ...(revision !== undefined && { revision: toSafeText(revision) }),
    ...(lastError && !hasSucceeded(event) && { error: toSafeText(messageOf(lastError.error)) }),
  };
}
