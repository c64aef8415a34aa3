// Every wait on a process, a Worker or a server is bounded, because a place that hangs must not stop the run.

/**
 * Waits for a promise, but no longer than `ms`.
 *
 * The work is not stopped. The caller ends what it started.
 *
 * @param {string} what the subject of the error's message
 */
export async function withDeadline(what, ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
