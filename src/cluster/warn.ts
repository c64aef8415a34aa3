/** Prints a problem that is reported in no other way. */
export function warn(sentence: string): void {
  console.warn(`health-state: ${sentence}`);
}
