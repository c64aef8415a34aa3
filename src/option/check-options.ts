import { fail, invalidOption, toSafeText } from "./invalid-option.ts";

/**
 * Checks the names of an options object. It only reads own enumerable string keys.
 *
 * @param where the function that takes the options, for the error, such as `health.resource()`
 * @param optional the names for which `undefined` means that the option is not set; without it, every name is accepted
 * @param limits the names for which `undefined` is refused, because it must not turn a limit off
 * @returns a copy of the own properties, so that no inherited property is read
 * @throws TypeError if it is not an object, for an unknown name, or for `undefined` in a limit
 */
export function checkOptions<O extends object>(
  where: string,
  given: O,
  optional: readonly string[] | undefined,
  limits: readonly string[],
): O {
  const own = copyOf(`the options of ${where}`, given);
  for (const [name, value] of Object.entries(own)) {
    if (limits.includes(name)) {
      if (value === undefined) invalidOption(name, value, "a value, or remove the option to use its default");
    } else if (optional && !optional.includes(name)) {
      const known = [...optional, ...limits].sort();
      const near = nearest(name, known);
      fail(
        "HS_UNKNOWN_OPTION",
        `${where} has no option "${toSafeText(name.slice(0, 80))}". ${near ? `Did you mean "${near}"? ` : ""}It accepts ${known.join(", ")}.`,
      );
    }
  }
  return own;
}

/** A copy of the own properties. @throws TypeError if it is not an object, or cannot be read */
function copyOf<O extends object>(option: string, given: O): O {
  try {
    if (typeof given === "object" && given !== null && !Array.isArray(given)) return { ...given };
  } catch {
    // A getter or a Proxy may throw.
    invalidOption(option, given, "an object whose properties can be read, because reading this one throws");
  }
  return invalidOption(option, given, "an object");
}

/** The known name that differs in the fewest characters, if it is similar enough. */
function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  // If more than half of the characters differ, it is another word.
  let least = Math.min(name.length, 40) / 2;
  for (const one of known) {
    const apart = distance(name.slice(0, 40).toLowerCase(), one.toLowerCase());
    if (apart < least) {
      least = apart;
      best = one;
    }
  }
  return best;
}

/** How many characters differ between two words (Levenshtein distance). */
function distance(one: string, other: string): number {
  let row = [...Array(other.length + 1).keys()];
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[other.length] ?? 0;
}
