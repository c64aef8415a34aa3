// The tests that Stryker runs against each mutant: those of the core in virtual time. They start no process, read no
// built file and finish in seconds, because they run once for every mutant. The small tests come first, because the
// first test that fails ends the run of a mutant.
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The folders and files under `test/`, in the order in which they run. `TESTS=state,option/duration` runs only these
 * two.
 */
const TESTS = (process.env["TESTS"] ?? "state,option,time,testing,health,answer,handler,resource,request,model").split(
  ",",
);

const rankOf = ({ moduleId }: TestSpecification): number =>
  TESTS.findIndex((name) => moduleId.includes(`/test/${name}/`) || moduleId.includes(`/test/${name}.test.ts`));

class SmallFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.sort((one, other) => rankOf(one) - rankOf(other)));
  }
}

export default defineConfig({
  test: {
    include: TESTS.flatMap((name) => [`test/${name}/**/*.test.ts`, `test/${name}.test.ts`]),
    // The first starts processes. The second asks thousands of questions at random. The third plays outages of hours.
    exclude: ["test/resource/process.test.ts", "test/handler/fuzz.test.ts", "test/resource/outage.test.ts"],
    sequence: { sequencer: SmallFirst },
    env: { RUNS: "100" },
    // Each file would import the whole library again. That takes four times as long as the tests themselves.
    isolate: false,
    // On a busy machine a slow test must not end the run. Stryker has a timeout of its own for each mutant.
    testTimeout: 60_000,
    silent: true,
  },
});
