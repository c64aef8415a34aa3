import {
  createHealth,
  hints,
  notEmpty,
  sizeChange,
  details,
  type Clock,
  type Health,
  type Resource,
} from "health-state";
import { fileHints, fileStore, fromFile, json } from "health-state/file";
import { fromHttp } from "health-state/http";
import type { Numbers } from "./source/stock.ts";
import type { Loader } from "health-state";

/** Where the three resources come from. */
export interface FeedsOptions {
  readonly ratesUrl: string;
  readonly flagsPath: string;
  readonly loadStock: Loader<Numbers>;
  /** Where the last good rates are kept for the next start. */
  readonly storePath: string;
  /** @default the system's */
  readonly clock?: Clock;
}

/** The service's health, and what it holds in memory. */
export interface Feeds {
  readonly health: Health;
  readonly resources: Readonly<Record<"rates" | "flags" | "stock", Resource<Numbers>>>;
}

/** Short limits, so that the states move while one looks. A real service would use half a minute and more. */
const LIMITS = { refreshEvery: "2s", staleAfter: "6s", refuseAfter: "15s", timeout: "4s", retryMost: "2s" } as const;

/** No half of a table, and no empty one. */
const VALIDATE = [notEmpty(), sizeChange({ fewer: "50%" })];

/** The whole service without its routes. Nothing starts yet. */
export function createFeeds({ ratesUrl, flagsPath, loadStock, storePath, clock }: FeedsOptions): Feeds {
  const health = createHealth({ ...(clock && { clock }), details: details(() => true) });

  const loadRates: Loader<Numbers> = fromHttp(ratesUrl, { parse: toNumbers });
  const rates = health.resource("rates", {
    ...LIMITS,
    load: loadRates,
    validate: VALIDATE,
    // A restart while the source is down begins with what the last process accepted.
    lastKnownGood: fileStore<Numbers>(storePath, {
      codec: json({ write: (map) => Object.fromEntries(map), read: toNumbers }),
      maxAge: "1d",
    }),
  });

  const loadFlags: Loader<Numbers> = fromFile(flagsPath, { parse: toNumbers });
  const flags = health.resource("flags", { ...LIMITS, load: loadFlags, validate: VALIDATE });
  // The system says when the folder changes. The next look does not wait for `refreshEvery` then.
  hints(flags, fileHints(flagsPath));

  const stock = health.resource("stock", { ...LIMITS, load: loadStock, validate: VALIDATE });

  return { health, resources: { rates, flags, stock } };
}

/** @throws TypeError for what is no object of numbers */
function toNumbers(body: unknown): Numbers {
  if (typeof body !== "object" || body === null) throw new TypeError("an object was expected");
  return new Map(
    Object.entries(body).map(([name, value]: [string, unknown]) => {
      if (typeof value !== "number") throw new TypeError(`${name} is no number`);
      return [name, value];
    }),
  );
}
