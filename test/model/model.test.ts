import fc from "fast-check";
import { expect, test } from "vitest";
import { check, tearDown } from "./check.ts";
import { command, setup, type Command, type Setup } from "./command.ts";
import { Playing } from "./playing.ts";

const RUNS = Number(process.env["RUNS"] ?? 20_000);

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

async function live(made: Setup, commands: readonly Command[]): Promise<void> {
  const world = new Playing(made);
  await world.clock.settle();
  for (const step of commands) {
    await world.play(step);
    check(world);
    world.demand = false;
  }
  await tearDown(world);
}

test(
  "whatever happens in whatever order, the resource is what the reference says, and leaves nothing behind",
  async () => {
    await fc.assert(fc.asyncProperty(setup, fc.array(command, { maxLength: 40, size: "max" }), live), {
      numRuns: RUNS,
    });
    expect(rejections).toEqual([]);
  },
  60_000 + RUNS * 20,
);
