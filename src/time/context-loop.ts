import { callSafely } from "../option/call-safely.ts";

/**
 * Returns a function that runs jobs in the async context of this call. A load must not see the store
 * (`AsyncLocalStorage`) of the request that started it, and must not keep that store alive.
 *
 * It is a chain of promises. The function that `then()` gets runs in the context in which `then()` was called. Each round
 * calls `then()` for the next one. The chain sets no timer and does not keep the process alive. Jobs run in order, each in
 * a later microtask than the call. If a job enters a context (`enterWith`), the other jobs do not see it. It is not an
 * async function: on Node 20 and 22, the code after an `await` may run in the context that such a job has entered.
 */
export function createContextLoop(): (job: () => void) => void {
  let jobs: (() => void)[] = [];
  let wake = (): void => {};
  const resolved = Promise.resolve();
  const waitForJobs = (): void => {
    void new Promise<void>((resolve) => {
      wake = resolve;
    }).then(runJobs);
  };
  const runJobs = (): void => {
    const due = jobs;
    jobs = [];
    for (const job of due) void resolved.then(() => callSafely(job));
    // Check again right after the last job, because a job may have added another one.
    void resolved.then(() => (jobs.length ? runJobs() : waitForJobs()));
  };
  waitForJobs();
  return (job) => {
    if (jobs.push(job) === 1) wake();
  };
}
