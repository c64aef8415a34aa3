import { describe, expect, test } from "vitest";
import { byVersion, createHealth, SourceError } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { contextOf } from "./kit/context.ts";
import { outcomeOf } from "./http/kit.ts";

/** A version that gives these revisions, one after the other, and the last one for ever. */
const versions = (...revisions: readonly string[]) => {
  let n = 0;
  return () => ({ revision: revisions[Math.min(n++, revisions.length - 1)] ?? "", asOf: 1_000 + n });
};

describe("byVersion", () => {
  test("the version held is unchanged, with its asOf, and nothing is loaded", async () => {
    const load = byVersion({ version: versions("1"), load: () => expect.unreachable() });
    expect(await outcomeOf(load(contextOf({ revision: "1" })))).toEqual({ is: "unchanged", asOf: 1_001 });
  });

  test("the version rejected is named, so that the age stays, and nothing is loaded", async () => {
    const load = byVersion({ version: versions("2"), load: () => expect.unreachable() });
    const context = contextOf({ revision: "1", rejected: "2" });
    expect(await outcomeOf(load(context))).toEqual({ is: "unchanged", revision: "2" });
  });

  test("another version is loaded, and asked for again afterwards", async () => {
    const asked: string[] = [];
    const load = byVersion({
      version: () => (asked.push("version"), { revision: "2", asOf: 5 }),
      load: (revision) => (asked.push(revision), `value ${revision}`),
    });
    expect(await outcomeOf(load(contextOf({ revision: "1" })))).toEqual({
      is: "loaded",
      value: "value 2",
      revision: "2",
      asOf: 5,
    });
    expect(asked).toEqual(["version", "2", "version"]);
  });

  test("a version that moved during the load is loaded again", async () => {
    const loads: string[] = [];
    const load = byVersion({ version: versions("2", "3", "3"), load: (revision) => (loads.push(revision), revision) });
    expect(await outcomeOf(load(contextOf()))).toMatchObject({ value: "3", revision: "3" });
    expect(loads).toEqual(["2", "3"]);
  });

  test("a version that moved back to the held one is unchanged", async () => {
    const load = byVersion({ version: versions("2", "1"), load: (revision) => revision });
    expect(await outcomeOf(load(contextOf({ revision: "1" })))).toEqual({ is: "unchanged", asOf: 1_002 });
  });

  test("three moves in a row are a failure of kind moving, after three loads", async () => {
    const loads: string[] = [];
    const load = byVersion({
      version: versions("2", "3", "4", "5"),
      load: (revision) => (loads.push(revision), revision),
      identity: "the table rows",
    });
    const error = await Promise.resolve(load(contextOf())).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({
      kind: "moving",
      message: "the table rows: the version changed during each of 3 loads",
    });
    expect(loads).toEqual(["2", "3", "4"]);
  });

  test("version() gives the revision, asOf and digest that the source announces, and loads nothing", async () => {
    const announced = { revision: "7", asOf: 5, digest: "sha256:0" };
    const load = byVersion({ version: () => announced, load: () => expect.unreachable(), identity: "the table rows" });
    expect(await load.version(contextOf())).toEqual(announced);
    expect(load.identity).toBe("the table rows");
  });

  test("revisions are compared for equality alone: one that sorts before the held one is loaded", async () => {
    const load = byVersion({ version: () => ({ revision: "1" }), load: (revision) => revision, addressed: true });
    const context = contextOf({ revision: "9", rejected: "8" });
    expect(await outcomeOf(load(context))).toEqual({ is: "loaded", value: "1", revision: "1" });
  });

  test("the asOf is that of the version that was asked last", async () => {
    const load = byVersion({ version: versions("2", "2"), load: (revision) => revision });
    expect(await outcomeOf(load(contextOf()))).toMatchObject({ revision: "2", asOf: 1_002 });
  });

  test("addressed: the version is asked once, and at() gives a revision", async () => {
    let asked = 0;
    const load = byVersion<string>({
      version: () => ({ revision: String(++asked) }),
      load: (revision) => `value ${revision}`,
      addressed: true,
    });
    expect(await outcomeOf(load(contextOf()))).toEqual({ is: "loaded", value: "value 1", revision: "1" });
    expect(asked).toBe(1);
    expect(await load.at?.("7", contextOf())).toBe("value 7");
    expect(byVersion({ version: versions("1"), load: () => 1 }).at).toBeUndefined();
  });

  test("a revision that is a number is compared as text; none is a failure", async () => {
    // JavaScript gives what the types refuse.
    const numbers = JSON.parse('{ "revision": 7 }') as { revision: string };
    const load = byVersion({ version: () => numbers, load: () => "value" });
    expect(await outcomeOf(load(contextOf()))).toMatchObject({ revision: "7" });
    expect(await outcomeOf(load(contextOf({ revision: "7" })))).toEqual({ is: "unchanged" });
    const none = JSON.parse('{ "revision": null }') as { revision: string };
    const nothing = JSON.parse("null") as { revision: string };
    for (const version of [none, nothing])
      await expect(byVersion({ version: () => version, load: () => 1 })(contextOf())).rejects.toMatchObject({
        kind: "protocol",
      });
  });

  test("an abort between the steps ends it", async () => {
    const controller = new AbortController();
    const reason = new Error("over");
    const load = byVersion({
      version: () => (controller.abort(reason), { revision: "1" }),
      load: () => expect.unreachable(),
    });
    await expect(load(contextOf({ signal: controller.signal }))).rejects.toBe(reason);
  });

  test("it is a loader of a resource", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    let revision = "1";
    const rows = health.resource("rows", {
      load: byVersion({ version: () => ({ revision }), load: (given) => ({ given }) }),
      refreshEvery: "30s",
    });
    const first = await rows.get();
    await rows.reload();
    expect(rows.peek()).toBe(first);
    revision = "2";
    await rows.reload();
    expect(rows.snapshot()).toMatchObject({ value: { given: "2" }, revision: "2", generation: 2 });
    await health.close();
  });

  const wrong: readonly (readonly [object, string])[] = [
    [{ load: () => 1 }, "version is undefined"],
    [{ version: versions("1") }, "load is undefined"],
    [{ version: versions("1"), load: () => 1, adressed: true }, 'Did you mean "addressed"?'],
    [{ version: versions("1"), load: () => 1, identity: undefined }, "identity is undefined"],
  ];
  test.each(wrong)("a wrong option is refused: %o", (options, message) => {
    expect(() => Reflect.apply(byVersion, undefined, [options])).toThrow(message);
  });
});
