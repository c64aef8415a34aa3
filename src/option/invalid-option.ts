/**
 * The codes of the errors for a wrong call. They do not change, so code may compare them. `docs/reference/errors.md`
 * explains each.
 */
export type InvalidCode =
  "HS_INVALID_OPTION" | "HS_UNKNOWN_OPTION" | "HS_NAME_TAKEN" | "HS_CLOSED" | "HS_WRONG_MODE" | "HS_NOT_CALLED";

/**
 * Throws the error for a wrong option or argument. The message says what was passed, what is accepted and what to do.
 *
 * @param option the name of the option or argument
 * @param accepted what is accepted; it follows "Pass "
 * @throws TypeError always, with the `code`
 */
export function invalidOption(
  option: string,
  given: unknown,
  accepted: string,
  code: InvalidCode = "HS_INVALID_OPTION",
): never {
  fail(code, `${toSafeText(option)} is ${show(given)}. Pass ${accepted}.`);
}

/** Throws a TypeError with a stable code. */
export function fail(code: InvalidCode, message: string): never {
  throw Object.assign(new TypeError(`health-state: ${message}`), { code });
}

/**
 * Checks an argument that must be a function.
 *
 * @param accepted what is accepted; it follows "Pass "
 * @throws TypeError unless it is a function
 */
export function checkFunction(option: string, given: unknown, accepted = "a function"): void {
  if (typeof given !== "function") invalidOption(option, given, accepted);
}

/**
 * Checks an argument that must be an object with methods.
 *
 * @param accepted what is accepted; it follows "Pass "
 * @throws TypeError unless it has each of them
 */
export function checkMethods(option: string, given: unknown, names: readonly string[], accepted: string): void {
  for (const name of names) if (typeof propertyOf(given, name) !== "function") invalidOption(option, given, accepted);
}

/**
 * Reads one property of any value. Returns `undefined` if there is none, or if reading it throws, as it may for a
 * Proxy.
 */
export function propertyOf(given: unknown, name: PropertyKey): unknown {
  try {
    return Reflect.get(Object(given), name);
  } catch {
    return undefined;
  }
}

/** The largest length of a text that comes from outside the library. */
const MOST_TEXT = 300;

/** Cuts a text at 300 characters. */
export function cutText(text: string): string {
  // A character beyond U+FFFF is two units, and is not cut in half.
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT).replace(/[\ud800-\udbff]$/, "")}…` : text;
}

/**
 * Makes a text from outside the library safe to print. It is cut at 300 characters, and control characters are
 * escaped. It never throws.
 */
export function toSafeText(given: unknown): string {
  let text: string;
  try {
    text = String(given);
  } catch {
    // An object without a prototype has no text.
    text = "an object";
  }
  // Line and paragraph separators start a new line in many viewers, and direction marks reorder the text. Half a
  // character is not valid text.
  return cutText(text).replace(
    /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * The passed value, as the error shows it. For an object it is only the kind, because its content may be secret or
 * large.
 */
function show(given: unknown): string {
  if (typeof given === "string") return `"${toSafeText(given)}"`;
  if (typeof given === "bigint") return `the bigint ${toSafeText(given)}n`;
  if (typeof given === "function") return "a function";
  if (typeof given !== "object" || given === null) return toSafeText(given);
  const kind = kindOf(given);
  return kind === "Object" || kind === "" ? "an object" : `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${toSafeText(kind)}`;
}

function kindOf(given: object): string {
  const name = propertyOf(propertyOf(given, "constructor"), "name");
  return typeof name === "string" ? name : "";
}
