import type { Loader } from "health-state";
import type { BreakableSource } from "./breakable.ts";

/** Numbers by name: the value of all three resources. */
export type Numbers = ReadonlyMap<string, number>;

/** The third source: it brings its own loader, because there are two kinds of it. */
export interface StockSource extends BreakableSource {
  readonly load: Loader<Numbers>;
  /** What it is, in words. */
  readonly kind: string;
}

export const ARTICLES: readonly string[] = ["bread", "cheese", "milk", "salt"];
