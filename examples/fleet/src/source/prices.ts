import { byVersion, type VersionedLoader } from "health-state";

/** What each replica holds in memory: prices by article. */
export type Prices = ReadonlyMap<string, number>;

/** How good a revision is. */
export type Quality = "good" | "bad" | "empty";

/** What each quality means, for people. */
export const QUALITIES: Readonly<Record<Quality, string>> = {
  good: "Nothing is wrong with it.",
  bad: "It gives bread away. No check of the value sees that, but ok() does.",
  empty: "It has no entries. validate refuses it.",
};

/** The prices of a revision. */
export function pricesOf(quality: Quality, number: number): Prices {
  if (quality === "empty") return new Map();
  return new Map([
    ["bread", quality === "bad" ? 0 : 200 + number],
    ["milk", 100 + number],
  ]);
}

/**
 * The loader of the prices: a cheap question for the revision, and the content if it changed. Each revision has an
 * address of its own, so that a replica can go back to the one before.
 */
export function fromShop(url: string): VersionedLoader<Prices> {
  const get = async (path: string, signal: AbortSignal): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, { signal });
    if (!answer.ok) throw new Error(`the source answered ${answer.status}`);
    return answer.json();
  };
  return byVersion({
    identity: "the shop",
    addressed: true,
    version: async ({ signal }) => ({ revision: String(await get("/current", signal)) }),
    load: async (revision, { signal }) =>
      new Map(
        Object.entries(Object(await get(`/revisions/${revision}`, signal))).map(([name, price]) => [
          name,
          Number(price),
        ]),
      ),
  });
}
