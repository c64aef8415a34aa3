import { expect, test } from "vitest";
import { EventQueue } from "../../src/resource/event-queue.ts";

test("steps are told in their order, in one job, and later than they are added", () => {
  const jobs: (() => void)[] = [];
  const queue = new EventQueue((job) => void jobs.push(job));
  const told: string[] = [];
  const step = (name: string) => (): unknown => told.push(`${name} ${queue.isTelling}`);
  queue.add(step("one"));
  queue.add(step("two"));
  expect([told, jobs.length, queue.isTelling]).toEqual([[], 1, false]);
  jobs.shift()?.();
  expect([told, jobs.length, queue.isTelling]).toEqual([["one true", "two true"], 0, false]);
});

test("a step that a step adds comes in a job of its own, after those that are queued", () => {
  const jobs: (() => void)[] = [];
  const queue = new EventQueue((job) => void jobs.push(job));
  const told: string[] = [];
  queue.add(() => {
    told.push("one");
    queue.add(() => told.push("caused"));
    queue.add(() => told.push("caused too"));
  });
  queue.add(() => told.push("two"));
  jobs.shift()?.();
  expect([told, jobs.length]).toEqual([["one", "two"], 1]);
  jobs.shift()?.();
  expect([told, jobs.length]).toEqual([["one", "two", "caused", "caused too"], 0]);
});
