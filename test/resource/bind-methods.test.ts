import { expect, test } from "vitest";
import { bindMethods, keepSelf, selfOf } from "../../src/resource/bind-methods.ts";

/** A class whose method `who` is bound, as the methods of a resource are. */
function createClass(): new (name: string) => { who(): string; readonly size: number } {
  class Made {
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
      keepSelf(this);
      bindMethods(Made.prototype, ["who", "size"]);
    }
    who(): string {
      return this.#name;
    }
    get size(): number {
      return 7;
    }
  }
  return Made;
}

test("a bound method needs no this, is the same at each read, and belongs to its own object", () => {
  const Made = createClass();
  const [one, other] = [new Made("one"), new Made("other")];
  const { who } = one;
  expect([who(), one.who(), other.who(), one.who === who, one.who === other.who]).toEqual([
    "one",
    "one",
    "other",
    true,
    false,
  ]);
});

test("the methods of a class are bound once, however many objects it has", () => {
  const Made = createClass();
  new Made("first");
  expect(new Made("second").who()).toBe("second");
});

test("what is no method stays as it is", () => {
  expect(new (createClass())("one").size).toBe(7);
});

test("a test may put a method of its own in the place of a bound one", () => {
  const one = new (createClass())("one");
  expect(one.who()).toBe("one");
  Object.defineProperty(one, "who", { value: () => "mine" });
  expect(one.who()).toBe("mine");
});

test("a test may put a method of its own in the place of one on the class", () => {
  const Made = createClass();
  const one = new Made("one");
  Object.defineProperty(Made.prototype, "who", { value: () => "ours" });
  expect(one.who()).toBe("ours");
});

test("a name that the class does not have is passed over", () => {
  const prototype = {};
  bindMethods(prototype, ["missing"]);
  expect(Reflect.ownKeys(prototype)).toEqual([]);
});

test("a frozen object has its methods all the same", () => {
  const one = Object.freeze(new (createClass())("one"));
  const { who } = one;
  expect([who(), one.who()]).toEqual(["one", "one"]);
});

test("behind a Proxy and behind what inherits from it stands the object itself", () => {
  const one = new (createClass())("one");
  expect([selfOf(one), selfOf(new Proxy(one, {})), selfOf(Object.create(one))]).toEqual([one, one, one]);
  expect([new Proxy(one, {}).who(), Object.create(one).who()]).toEqual(["one", "one"]);
});

test("a Proxy may hand on what it likes, and then stands for itself", () => {
  const one = new (createClass())("one");
  for (const given of [undefined, null, 5]) {
    const proxy = new Proxy(one, { get: () => given });
    expect(selfOf(proxy)).toBe(proxy);
  }
  const other = {};
  expect(selfOf(new Proxy(one, { get: () => other }))).toBe(other);
  const plain = {};
  expect(selfOf(plain)).toBe(plain);
});

test("the mark of the object itself shows in no list of its properties", () => {
  const one = new (createClass())("one");
  expect({ ...one }).toEqual({});
});
