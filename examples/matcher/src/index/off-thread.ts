import { offThread, type OffThreadLoader } from "health-state/thread";
import { indexCodec } from "./index-bytes.ts";
import type { MatchIndex } from "./match-index.ts";

/**
 * Loads the newest build in a thread of its own, so that no request and no probe waits for it. The thread reads from the
 * server of `DATABASE_URL`, so it is not for the embedded database, which has a thread of its own.
 */
export function offThreadIndex(): OffThreadLoader<MatchIndex> {
  // 104 bytes a hash: ten million are more than the default of 1 GiB leaves room to grow.
  return offThread(new URL("./thread.js", import.meta.url), { view: indexCodec.read, maxBytes: "4GiB" });
}
