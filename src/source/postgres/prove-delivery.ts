import { systemClock } from "../../time/clock.ts";
import { SourceError } from "../source-error.ts";

/** The longest time for sending the message, and then again for its delivery, in ms. */
const WAIT_MS = 5_000;

/**
 * Checks that a message of another connection arrives. Through a pooler in transaction mode, LISTEN succeeds, but no
 * message arrives. If the message cannot be sent in time, for example because the pool is busy, the function returns
 * without a result.
 *
 * @param send sends a message over another connection
 * @param arrived resolves when the message has arrived
 * @throws SourceError of kind `refused` if the message was sent and did not arrive
 */
export async function proveDelivery(send: () => PromiseLike<unknown>, arrived: Promise<unknown>): Promise<void> {
  if ((await endOf(Promise.resolve(send()))) !== "done") return;
  if ((await endOf(arrived)) === "done") return;
  throw new SourceError(
    "refused",
    "LISTEN has no effect on this connection. A pooler in transaction mode does this. Connect to the server directly.",
  );
}

function endOf(promise: Promise<unknown>): Promise<"done" | "failed" | "late"> {
  return new Promise((resolve) => {
    const cancel = systemClock.setTimer(() => resolve("late"), WAIT_MS, false);
    promise
      .then(
        () => resolve("done"),
        () => resolve("failed"),
      )
      .finally(cancel);
  });
}
