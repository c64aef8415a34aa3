import { describe, expect, test } from "vitest";
import { codeOf, FILES } from "./tree.ts";

/**
 * Names that were given up, each with what is said instead (docs/reference/glossary.md). They are held as names in the
 * code, because in a sentence most of them are ordinary English.
 */
const OLD_NAMES: Readonly<Record<string, string>> = {
  DetailsLeave: "DetailsAccess",
  contain: "ignoreRejection",
  forgo: "disableHeartbeats",
  forgoHeartbeats: "disableHeartbeats",
  isRefused: "isPastRefuseAfter",
  look: "syncNow, poll or observe",
  lookAt: "a verb that says what is read",
  owe: "pendingDisposals",
  owed: "pendingDisposals",
  owes: "pendingDisposals",
  refusal: "unavailable, or rejection",
  respond: "matchAndRefresh",
  toRefusal: "toUnavailable",
  turned: "flushMicrotasks",
  unborn: "awaitingFirstLoad",
  warm: "refreshDue",
};

/** The same for the core and the adapters alone. */
const OLD_CORE_NAMES: Readonly<Record<string, string>> = {
  Audience: "Subscribers",
  Driven: "RequestDriver",
  Happening: "ResourceAction",
  Hearer: "Subscribers",
  Held: "HeldValue",
  NOWHERE: "NOT_COUNTED",
  REFUSED: "RANKS",
  Rhythm: "RefreshSchedule",
  Teller: "EventQueue",
  Told: "EventQueue",
};

/** The same for the simulator alone. */
const OLD_SIMULATOR_NAMES: Readonly<Record<string, string>> = {
  Dials: "ScenarioDefaults",
  Fate: "RequestOutcome",
  World: "ResolvedSetup",
  employ: "addWorker",
  Stage: "Simulation",
};

/** Names that a function, a class or a type must not have. A variable may, because there they are plain words. */
const OLD_DECLARATIONS: Readonly<Record<string, string>> = {
  Word: "ProbeOutcome",
  keep: "renewLease",
  look: "syncNow",
  made: "cachedHeaders",
  meet: "ask",
  own: "runLeasedLoad",
  paid: "pendingDisposals",
  pass: "announce",
  refuse: "invalidOption, or reject",
  settle: "collectLate or afterChange",
  settled: "flushMicrotasks",
  starts: "a name that says what starts",
  touch: "markChanged",
  watch: "waitForLoad",
};

/** Parts beside the core whose own words may be among these: a fleet looks at its store, a report keeps its own. */
const HAVE_THEIR_OWN = /^src\/(cluster|fleet|grpc|log|otel|page|prometheus)\/|^cli\/src\/(command|watch)\//;

const SOURCES = FILES.filter((file) => /^(src|adapters|cli\/src)\/.*\.ts$/.test(file) && !HAVE_THEIR_OWN.test(file));

/** The names in a text of code. What stands in quotes is text for people. */
function namesIn(code: string): ReadonlySet<string> {
  const unquoted = code
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""')
    .replace(/`(?:[^`\\]|\\.)*`/g, textless);
  return new Set(unquoted.match(/[A-Za-z_$][\w$]*/g) ?? []);
}

/** A template without its text, and with the code in it. */
function textless(template: string): string {
  return [...template.matchAll(/\$\{([^}]*)\}/g)].map(([, code = ""]) => code).join(" ");
}

/** What a text of code declares: functions, methods, classes and types. */
function declarationsIn(code: string): ReadonlySet<string> {
  const declared = [
    /\b(?:function\*?|class|interface|type|enum) +(\w+)/g,
    /\bconst (\w+)(?:: [^=]+)? = (?:async )?(?:<[^>]*>)?\([^()]*\)(?:: [^=]+)? =>/g,
    /^ +(?:(?:static|protected|async|get) )*#?(\w+)\([^()]*\)(?:: [^{]+)? \{$/gm,
  ];
  return new Set(declared.flatMap((pattern) => [...code.matchAll(pattern)].map(([, name = ""]) => name)));
}

/** The old names among those of a file, as `file: old, now new`. */
function oldIn(file: string, names: ReadonlySet<string>, table: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(table).flatMap(([old, now]) => (names.has(old) ? [`${file}: ${old}, now ${now}`] : []));
}

describe("one word for each thing", () => {
  test("no source has a name that was given up", () => {
    expect(SOURCES.length).toBeGreaterThan(200);
    const isCore = (file: string): boolean => !file.startsWith("cli/");
    const tableOf = (file: string): Readonly<Record<string, string>> => ({
      ...OLD_NAMES,
      ...(isCore(file) ? OLD_CORE_NAMES : file.startsWith("cli/src/simulate/") ? OLD_SIMULATOR_NAMES : {}),
    });
    expect(SOURCES.flatMap((file) => oldIn(file, namesIn(codeOf(file)), tableOf(file)))).toEqual([]);
  });

  test("no function, class or type has a name that was given up", () => {
    expect(SOURCES.flatMap((file) => oldIn(file, declarationsIn(codeOf(file)), OLD_DECLARATIONS))).toEqual([]);
  });

  test("no file is called by a name that was given up", () => {
    const old = new Set(
      [...Object.keys(OLD_NAMES), ...Object.keys(OLD_DECLARATIONS)].map((name) => name.toLowerCase()),
    );
    // A folder may: the rows of the architecture page say what it holds.
    const wordOf = (file: string): string => file.replace(/^.*\/|\.ts$/g, "");
    expect(SOURCES.filter((file) => !file.startsWith("cli/") && old.has(wordOf(file)))).toEqual([]);
  });

  test("a name is found in code, and not in a text for people", () => {
    expect([...namesIn('const look = `a ${warm} look`; say("refusal");')]).toEqual(["const", "look", "warm", "say"]);
    const code =
      "const pass = (ms: number): void => {};\nfunction made() {}\n  #own(id: string): Answer {\n  keep = 1;";
    expect([...declarationsIn(code)].sort()).toEqual(["made", "own", "pass"]);
  });
});
