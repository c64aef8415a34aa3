import { checkFunction, invalidOption } from "../option/invalid-option.ts";
import { isThenable, reject, type Check, type CheckResult } from "./check.ts";
import { isList, isMap, isPlain, isSet, knownSizeOf } from "./size.ts";

/** An entry of a value: `[key, value]` of a Map or a plain object, or an element of an array, Set or typed array. */
export type Entry<T> =
  T extends ReadonlyMap<infer K, infer V>
    ? [K, V]
    : T extends ReadonlySet<infer E>
      ? E
      : T extends ArrayLike<infer E>
        ? E
        : T extends object
          ? [string, T[keyof T]]
          : never;

/**
 * Creates a check of some entries of a value. It divides the value into `count` parts and checks one random entry of
 * each. If one entry is wrong, the value is rejected. If there are at most `count` entries, all are checked.
 *
 * @param count how many entries to check, at least 1
 * @param check throws or returns `false` for a wrong entry. It may be async. It receives `[key, value]` of a Map or a
 * plain object, or an element of an array, a Set or a typed array.
 * @param random returns random numbers in [0, 1). Pass your own in a test.
 * @throws TypeError if an argument is wrong
 * @example
 * health.resource("rates", { load, validate: sample(1000, ([currency, rate]) => currency.length === 3 && rate > 0) });
 */
export function sample<T>(
  count: number,
  check: (entry: Entry<T>) => CheckResult,
  random: () => number = Math.random,
): Check<T> {
  if (!Number.isInteger(count) || count < 1) invalidOption("sample's count", count, "a whole number of at least 1");
  checkFunction("sample's check", check);
  checkFunction("sample's random", random);
  return (next) => {
    if (!isList(next) && !isMap(next) && !isSet(next) && !isPlain(next))
      return reject("sample() accepts arrays, Maps, Sets, typed arrays and plain objects. Write your own check.");
    const size = knownSizeOf(next) ?? 0;
    const looks = Math.min(count, size);
    // The entries come from equal parts of the value, one from each. So they are spread evenly, and none comes twice.
    const places = Array.from({ length: looks }, (_, part) => {
      const from = Math.floor((part * size) / looks);
      return from + Math.floor(random() * (Math.floor(((part + 1) * size) / looks) - from));
    });
    // SAFETY: entriesAt() distinguishes the same kinds of values as Entry<T>.
    return ask(entriesAt(next, places) as Iterable<[number, Entry<T>]>, check);
  };
}

/** Checks one entry after the other. If a result is a promise, the next check waits for it. */
function ask<E>(entries: Iterable<[number, E]>, check: (entry: E) => CheckResult): CheckResult {
  const walk = entries[Symbol.iterator]();
  const go = (): CheckResult => {
    for (let step = walk.next(); !step.done; step = walk.next()) {
      const [place, entry] = step.value;
      const result = call(check, entry, place);
      if (isThenable(result))
        return Promise.resolve(result).then(
          (answer) => (answer === false ? no(place) : go()),
          (cause: unknown) => no(place, cause),
        );
      if (result === false) no(place);
    }
    return undefined;
  };
  return go();
}

function call<E>(check: (entry: E) => CheckResult, entry: E, place: number): CheckResult {
  try {
    return check(entry);
  } catch (cause) {
    return no(place, cause);
  }
}

function no(place: number, cause?: unknown): never {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return reject(`sample() rejected the entry at place ${place}${why}`, cause);
}

/** The entries at ascending places, each with its place. */
function* entriesAt(value: unknown, places: readonly number[]): Generator<[number, unknown]> {
  if (isMap(value) || isSet(value)) {
    let at = 0;
    let wanted = 0;
    for (const entry of value) {
      if (at === places[wanted]) {
        yield [at, entry];
        if (++wanted === places.length) return;
      }
      at++;
    }
    return;
  }
  if (isList(value)) {
    for (const place of places) yield [place, value[place]];
    return;
  }
  if (!isPlain(value)) return;
  const keys = Object.keys(value);
  for (const place of places) {
    const key = keys[place] ?? "";
    yield [place, [key, value[key]]];
  }
}
