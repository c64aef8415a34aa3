import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { StoreContext, StoreRecord } from "../../src/store/store.ts";

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "health-state-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const NOW = 1_800_000_000_000;

export function contextOf(changes: Partial<StoreContext> = {}): StoreContext {
  return {
    name: "rates",
    source: "https://rates.example/v2",
    now: NOW,
    signal: new AbortController().signal,
    ...changes,
  };
}

export function recordOf<T>(value: T, changes: Partial<StoreRecord<T>> = {}): StoreRecord<T> {
  return { value, revision: '"1"', checkedAt: NOW - 1_000, asOf: undefined, ...changes };
}
