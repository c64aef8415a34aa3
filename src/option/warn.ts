import { callSafely } from "./call-safely.ts";

/** Prints a problem that is reported in no other way. A console may throw if its stream is closed. */
export function warn(sentence: string): void {
  callSafely(() => console.warn(`health-state: ${sentence}`));
}
