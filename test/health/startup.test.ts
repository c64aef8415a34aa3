import { expect, test } from "vitest";
import { Startup } from "../../src/health/startup.ts";

test("without anything to wait for it is done, and latches when a probe was told so", () => {
  const startup = new Startup([]);
  startup.update();
  expect(startup.isDone()).toBe(true);
  // update() latches nothing while no resource is registered.
  startup.join("late");
  expect(startup.isDone()).toBe(false);
  startup.stopAwaiting("late");
  startup.latch();
  startup.join("later");
  expect(startup.isDone()).toBe(true);
});

test("it waits for every name that is expected, and for every resource", () => {
  const startup = new Startup(["a"]);
  expect(startup.isDone()).toBe(false);
  startup.join("b");
  startup.stopAwaiting("b");
  startup.update();
  expect(startup.isDone()).toBe(false);
  startup.stopAwaiting("a");
  startup.await("a");
  expect(startup.isDone()).toBe(false);
  startup.stopAwaiting("a");
  expect(startup.isDone()).toBe(true);
});

test("it latches by itself once all has loaded, and isDone() alone latches nothing", () => {
  const startup = new Startup([]);
  startup.join("a");
  startup.update();
  expect(startup.isDone()).toBe(false);
  startup.stopAwaiting("a");
  expect(startup.isDone()).toBe(true);
  startup.await("b");
  expect(startup.isDone()).toBe(false);
  startup.stopAwaiting("b");
  startup.update();
  startup.await("b");
  expect(startup.isDone()).toBe(true);
});

test("the last resource that leaves keeps update() from latching", () => {
  const startup = new Startup([]);
  startup.join("a");
  startup.stopAwaiting("a");
  startup.leave();
  startup.update();
  startup.await("b");
  expect(startup.isDone()).toBe(false);
});
