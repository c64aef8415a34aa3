/** Text that comes from outside is cut at this many characters. */
const MOST_TEXT = 300;

/**
 * Throws the error for a wrong option or argument. It says what was given and what is accepted.
 *
 * @param accepted what is accepted; it follows "Pass "
 * @throws TypeError always, with the code `HS_INVALID_OPTION`
 */
export function invalidOption(option: string, given: unknown, accepted: string): never {
  const message = `health-state: ${option} is ${show(given)}. Pass ${accepted}.`;
  throw Object.assign(new TypeError(message), { code: "HS_INVALID_OPTION" });
}

/** Text that comes from outside, safe to print: cut at 300 characters, with control characters escaped. */
export function toSafeText(given: string): string {
  const cut = given.length > MOST_TEXT ? `${given.slice(0, MOST_TEXT)}…` : given;
  // Line separators start a new line in many viewers, and direction marks reorder it.
  return cut.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function show(given: unknown): string {
  if (typeof given === "string") return `"${toSafeText(given)}"`;
  if (typeof given === "function") return "a function";
  return typeof given === "object" && given !== null ? "an object" : toSafeText(String(given));
}
