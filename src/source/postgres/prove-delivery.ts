import { systemClock } from "../../time/clock.ts";
import { SourceError } from "../source-error.ts";

/** How long the sending may take, and then the delivery, in ms. */
const WAIT_MS = 5_000;

/**
 * Checks that a message of another connection arrives. Through a pooler in transaction mode LISTEN succeeds, but the
 * connection stays deaf. If the message cannot be sent in time, because the pool is busy for example, nothing is known.
 *
 * @param send sends a message over another connection
 * @param arrived resolves when the message was heard
 * @throws SourceError of kind `refused` if the message was sent and did not arrive
 */
export async function proveDelivery(send: () => PromiseLike<unknown>, arrived: Promise<unknown>): Promise<void> {
  if ((await endOf(Promise.resolve(send()))) !== "done") return;
  if ((await endOf(arrived)) === "done") return;
  throw new SourceError(
    "refused",
    "LISTEN has no effect on this connection, as through a pooler in transaction mode. Connect to the server directly.",
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
