import { describe, expect, test } from "vitest";
import { Agenda, type Entry } from "../../src/time/agenda.ts";

/** Numbers that look random and are the same in each run. */
function* numbers(seed: number): Generator<number, never> {
  for (let at = seed; ;) {
    at = (at * 1_103_515_245 + 12_345) % 2 ** 31;
    yield at >> 8;
  }
}

/** Every entry is due no sooner than the one above it, and knows its place. */
function expectHeap(agenda: Agenda<Entry>, entries: readonly Entry[]): void {
  const placed = entries.filter(({ place }) => place >= 0).sort((one, other) => one.place - other.place);
  expect(placed.map(({ place }) => place)).toEqual(placed.map((_, index) => index));
  for (const entry of placed) {
    const above = placed[(entry.place - 1) >> 1];
    if (above) expect(above.at).toBeLessThanOrEqual(entry.at);
  }
  expect(agenda.first).toBe(placed[0]);
}

const entry = (): Entry => ({ at: Infinity, place: -1 });

describe("an agenda of five hundred entries", () => {
  test.each([1, 2, 3])("gives them in the order in which they are due, whatever moved: seed %d", (seed) => {
    const random = numbers(seed);
    const agenda = new Agenda<Entry>();
    const entries = Array.from({ length: 500 }, entry);
    for (const each of entries) agenda.put(each, random.next().value % 1_000);
    expectHeap(agenda, entries);
    for (let n = 0; n < 1_000; n++) {
      const one = entries[random.next().value % 500];
      const at = random.next().value % 1_200;
      if (one) agenda.put(one, at < 1_000 ? at : Infinity);
      if (n % 50 === 0) expectHeap(agenda, entries);
    }
    const left = entries.filter(({ at }) => at < Infinity).map(({ at }) => at);
    const given: number[] = [];
    for (let first; (first = agenda.first);) {
      given.push(first.at);
      agenda.put(first, Infinity);
      expect(first).toEqual({ at: Infinity, place: -1 });
    }
    expect(given).toEqual(left.sort((one, other) => one - other));
  });
});

test("an entry that is in no agenda can be taken out, and nobody else is", () => {
  const agenda = new Agenda<Entry>();
  const [there, gone] = [entry(), entry()];
  agenda.put(there, 5);
  agenda.put(gone, Infinity);
  expect([agenda.first, gone.place]).toEqual([there, -1]);
});

test("an entry that takes the place of one taken out goes up where it must", () => {
  const agenda = new Agenda<Entry>();
  // The last is due before the parent of the one that is taken out.
  const entries = [1, 10, 2, 11, 12, 3, 4].map((at) => {
    const each = entry();
    agenda.put(each, at);
    return each;
  });
  const [, , , taken] = entries;
  if (taken) agenda.put(taken, Infinity);
  expectHeap(agenda, entries);
});

test("of two that are due at once neither moves the other", () => {
  const agenda = new Agenda<Entry>();
  const [one, other, third] = [entry(), entry(), entry()];
  for (const each of [one, other, third]) agenda.put(each, 5);
  expect([one.place, other.place, third.place]).toEqual([0, 1, 2]);
  agenda.put(one, 5);
  expect([one.place, other.place, third.place]).toEqual([0, 1, 2]);
});
