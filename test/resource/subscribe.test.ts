import { expect, test } from "vitest";
import { EventQueue } from "../../src/resource/event-queue.ts";
import { subscribeTo, type ListenerKind } from "../../src/resource/subscribe.ts";
import { Subscribers } from "../../src/resource/subscribers.ts";

/** Two subjects, and what they are asked and the listener is told. */
function createWorld() {
  const log: string[] = [];
  const jobs: (() => void)[] = [];
  const defer = (job: () => void): void => void jobs.push(job);
  const subscribers = new Subscribers<string>();
  const host = { events: new EventQueue(defer), defer, now: () => 0 };
  const subjects = ["a", "b"].map((name) => ({
    announceChange: () => log.push(`asks ${name}`) < 0,
    currentEvent: () => name,
  }));
  const subscribe = (kind: ListenerKind, hears = (_: string): void => {}): (() => void) => {
    const listener = (event: string): void => {
      log.push(`hears ${event}`);
      hears(event);
    };
    return subscribeTo<string, string>(host, subscribers, { listener, kind, subjects: () => subjects });
  };
  const run = (): void => {
    for (let job; (job = jobs.shift());) job();
  };
  return { log, subscribers, subscribe, run };
}

test("a listener is told the current state of each subject, and then every event until it leaves", () => {
  const { log, subscribers, subscribe, run } = createWorld();
  const leave = subscribe("reader");
  subscribers.tell("too early");
  expect(log).toEqual([]);
  run();
  subscribers.tell("c");
  leave();
  subscribers.tell("too late");
  expect(log).toEqual(["asks a", "asks b", "hears a", "hears b", "hears c"]);
});

test("for a listener that has left before its first event, no subject is asked", () => {
  const { log, subscribers, subscribe, run } = createWorld();
  subscribe("reader")();
  run();
  expect([log, subscribers.size]).toEqual([[], 0]);
});

test("a listener that leaves in its first event is told no other", () => {
  const { log, subscribers, subscribe, run } = createWorld();
  const leave = subscribe("reader", () => leave());
  run();
  subscribers.tell("c");
  expect([log, subscribers.size]).toEqual([["asks a", "asks b", "hears a"], 0]);
});

test.each([
  ["reader", 1],
  ["part", 0],
] as const)("a %s counts as so many readers, until it leaves once: %i", (kind, readers) => {
  const { subscribers, subscribe, run } = createWorld();
  const leave = subscribe(kind);
  expect(subscribers.readers).toBe(readers);
  run();
  leave();
  leave();
  expect([subscribers.readers, subscribers.size]).toEqual([0, 0]);
});
