import { expect, test, vi } from "vitest";
import {
  createGuard,
  createHealth,
  deprecated,
  toSafeText,
  type Deprecation,
  type GuardOptions,
  type Paths,
  type Words,
} from "../../src/index.ts";
import { toUnavailable } from "../../src/answer/guard.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { refused } from "../kit/refused.ts";

// Each wrong argument is named by the function or the option that was given it, with what is accepted.

const since = new Date(0);
const OLD = { since, successor: "/status" };
const A_PATH = 'a path such as "/status", without a slash at its end';
const index = createHealth({ clock: createVirtualClock() }).resource("index", { load: () => 1 });

// SAFETY: what the types forbid is the point.
const deprecate = (path: unknown, options: object): unknown => deprecated(path as string, options as Deprecation);
const guard = (resources: unknown, options?: object): unknown =>
  createGuard(resources as typeof index, options as GuardOptions);
const paths = (given: object): unknown => createHealth({ paths: given as Partial<Paths> });
const words = (given: object): unknown => createHealth({ words: given as Partial<Words> });
const base = (given: unknown): unknown => createHealth({ base: given as string });

/** A path is no text just because it looks like one. */
const looksLike = (text: string): object => ({ toString: () => text });

const show = (given: unknown): string => (typeof given === "string" ? `"${toSafeText(given)}"` : String(given));

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const WRONG: readonly (readonly [what: string, call: () => unknown, message: string, code?: string])[] = [
  ["a deprecated path", () => deprecate("old", OLD), `path is "old". Pass ${A_PATH}.`],
  ["no text for one", () => deprecate(looksLike("/old"), OLD), `path is an object. Pass ${A_PATH}.`],
  [
    "an unknown option of it",
    () => deprecate("/old", { ...OLD, from: since }),
    'deprecated() has no option "from". It accepts since, successor, sunset.',
    "HS_UNKNOWN_OPTION",
  ],
  [
    "a successor",
    () => deprecate("/old", { since, successor: "status" }),
    'successor is "status". Pass a path such as "/status".',
  ],
  [
    "no text for one",
    () => deprecate("/old", { since, successor: looksLike("/new") }),
    'successor is an object. Pass a path such as "/status".',
  ],
  [
    "an unknown option of a guard",
    () => guard(index, { maxage: 5 }),
    'guard() has no option "maxage". Did you mean "maxAge"? It accepts maxAge, wait.',
    "HS_UNKNOWN_OPTION",
  ],
  ["a list that nobody may use", () => guard(revoked()), "resources is an object. Pass one resource or more."],
  ...[5, "a\nb", "a\r", "a\u0000", "a\u007f", "ä", "日", "\ud800"].map(
    (age) =>
      [
        `${JSON.stringify(age)} for a header`,
        () => paths({ readiness: { path: "/x", headers: { age } } }),
        `paths.readiness.headers.age is ${show(age)}. Pass a name in lower case, and an ASCII text.`,
      ] as const,
  ),
  ...["", "a b", "Age", "age:", "ä", "a\n"].map(
    (name) =>
      [
        `${JSON.stringify(name)} as the name of a header`,
        () => paths({ startup: [{ path: "/x", headers: { [name]: "1" } }] }),
        `paths.startup.headers.${toSafeText(name)} is "1". Pass a name in lower case, and an ASCII text.`,
      ] as const,
  ),
  [
    "an unknown option of a path",
    () => paths({ startup: [{ path: "/x", headers: {}, since }] }),
    'paths.startup has no option "since". It accepts headers, path.',
    "HS_UNKNOWN_OPTION",
  ],
  [
    "headers that are none",
    () => paths({ startup: { path: "/x", headers: 5 } }),
    "the options of paths.startup.headers is 5. Pass an object.",
  ],
  [
    "headers that nobody may use",
    () => paths({ liveness: { path: "/x", headers: revoked() } }),
    "the options of paths.liveness.headers is an object. " +
      "Pass an object whose properties can be read, because reading this one throws.",
  ],
  [
    "paths that nobody may use",
    () => paths({ liveness: revoked() }),
    "paths.liveness is an object. Pass a path or several.",
  ],
  ["no text for a path", () => paths({ liveness: [5] }), `paths.liveness is 5. Pass ${A_PATH}.`],
  [
    "no text for a base",
    () => base(looksLike("/ops")),
    'base is an object. Pass a path such as "/ops", without a slash at its end.',
  ],
  [
    "an unknown word",
    () => words({ gone: "GONE" }),
    'words has no option "gone". It accepts draining, notLoaded, ok, stale, wedged.',
    "HS_UNKNOWN_OPTION",
  ],
];

test.each(WRONG.map(([what, ...rest]) => [what, rest] as const))(
  "%s is refused by name",
  (_, [call, message, code = "HS_INVALID_OPTION"]) => {
    expect(call).toThrow(refused(`health-state: ${message}`, code));
  },
);

test("a header may be left out by undefined nowhere, because a prober would be the first to find out", () => {
  expect(() => paths({ readiness: { path: "/x", headers: { age: undefined } } })).toThrow(
    refused("health-state: paths.readiness.headers.age is undefined. Pass a name in lower case, and an ASCII text."),
  );
});

test("every other name and text of a header is sent as it is", async () => {
  const headers = { age: "a\tb !~", "x-y_1": "", "content-length-x": "1", "!#$%&'*+.^`|~": "x" };
  const health = createHealth({ paths: { readiness: { path: "/x", headers } } });
  const sent = Object.fromEntries(health.fetch(new Request("http://x/x")).headers);
  expect(sent).toMatchObject(headers);
});

test("a header of a path replaces none of the answer's own", () => {
  const own = { "content-length": "99", "cache-control": "max-age=60", "retry-after": "9", "x-a": "b" };
  const health = createHealth({ expect: ["index"], paths: { readiness: ["/status", { path: "/x", headers: own }] } });
  const [plain, marked] = ["/status", "/x"].map((path) =>
    Object.fromEntries(health.fetch(new Request(`http://x${path}`)).headers),
  );
  expect(marked).toEqual({ ...plain, "x-a": "b" });
});

test("an error that is none of the library's is answered as not loaded yet, with the usual pause", () => {
  const { status, headers, body } = toUnavailable(new Error("secret"));
  expect([status, headers["retry-after"], body]).toEqual([503, "5", expect.stringContaining("is not loaded yet")]);
  expect(body).not.toContain("secret");
});

test("a guard that waits sets one timer, which holds no process, and none where it does not wait", async () => {
  const clock = createVirtualClock();
  const set = vi.spyOn(clock, "setTimer");
  const slow = createHealth({ clock }).resource<number>("index", { load: () => new Promise(() => {}) });
  // What the health itself sets comes in a later job.
  const unwaited = createGuard(slow)();
  expect(set).not.toHaveBeenCalled();
  expect((await unwaited)?.status).toBe(503);
  await clock.settle();
  set.mockClear();
  const waiting = createGuard(slow, { wait: "2s" })();
  expect(set.mock.calls.map(([, ms, isHeld]) => [ms, isHeld])).toEqual([[2_000, false]]);
  await clock.advance("2s");
  expect((await waiting)?.status).toBe(503);
});
