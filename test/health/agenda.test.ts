import fc from "fast-check";
import { expect, test } from "vitest";
import { Agenda, type Entry } from "../../src/time/agenda.ts";

test("whatever is put, moved and taken out, the earliest is on top", () => {
  const step = fc.tuple(fc.nat(9), fc.oneof(fc.nat(20), fc.constant(Infinity)));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const agenda = new Agenda<Entry>();
      const entries: Entry[] = Array.from({ length: 10 }, () => ({ at: Infinity, place: -1 }));
      for (const [item, at] of steps) {
        const entry = entries[item];
        if (entry) agenda.put(entry, at);
        const earliest = Math.min(...entries.map((each) => each.at));
        expect(agenda.first?.at ?? Infinity).toBe(earliest);
        for (const each of entries) expect(each.place >= 0).toBe(each.at < Infinity);
      }
    }),
  );
});
