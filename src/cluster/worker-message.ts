import type { Verdict } from "../health/verdict.ts";
import { packVerdict, unpackVerdict } from "../thread/worker/silence.ts";

/** The field that distinguishes these messages from messages of the application. */
const MARK = "health-state";

/** A message from one process to the others. */
export type WorkerMessage =
  | {
      readonly type: "beat";
      readonly from: string;
      readonly readiness: Verdict;
      readonly startup: Verdict;
      /** Whether the startup of the group has answered 200. */
      readonly hasStarted: boolean;
      /** Whether its loads have begun. The loads of the others then begin too. */
      readonly isRunning: boolean;
    }
  | { readonly type: "gone"; readonly from: string }
  /** The last message to a new process: it has now received the states of all others. */
  | { readonly type: "met"; readonly from: string };

/** Wraps a message for sending. */
export function toWire(message: WorkerMessage): object {
  if (message.type !== "beat") return { [MARK]: message.type, from: message.from };
  const { from, readiness, startup, hasStarted, isRunning } = message;
  return {
    [MARK]: "beat",
    from,
    readiness: packVerdict(readiness),
    startup: packVerdict(startup),
    hasStarted,
    isRunning,
  };
}

/** Unwraps a message. Returns `undefined` for a message of the application. */
export function fromWire(given: unknown): WorkerMessage | undefined {
  if (typeof given !== "object" || given === null || !(MARK in given) || !("from" in given)) return undefined;
  const { from } = given;
  if (typeof from !== "string") return undefined;
  const { [MARK]: type } = given;
  if (type === "gone" || type === "met") return { type, from };
  if (!("readiness" in given) || !("startup" in given)) return undefined;
  const { readiness, startup } = given;
  if (typeof readiness !== "number" || typeof startup !== "number") return undefined;
  return {
    type: "beat",
    from,
    readiness: unpackVerdict(readiness),
    startup: unpackVerdict(startup),
    hasStarted: "hasStarted" in given && given.hasStarted === true,
    isRunning: "isRunning" in given && given.isRunning === true,
  };
}
