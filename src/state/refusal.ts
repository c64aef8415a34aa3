/** Says which option is wrong, what was given and what is accepted. */
export function refuse(option: string, given: unknown, accepted: string): never {
  throw new TypeError(`health-state: ${option} is ${show(given)}; it must be ${accepted}`);
}

/** @throws TypeError unless it is a function */
export function checkFunction(option: string, given: unknown, accepted = "a function"): void {
  if (typeof given !== "function") refuse(option, given, accepted);
}

function show(given: unknown): string {
  return typeof given === "string" ? JSON.stringify(given) : String(given);
}
