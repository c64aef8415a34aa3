import { Hono } from "hono";
import { guard } from "health-state/hono";
import type { Resource } from "health-state";
import type { MatchIndex } from "../index/match-index.ts";
import { parseSignal, SIGNAL_TYPES, type Signal } from "../signal/signal-type.ts";
import { limitBody, readUpload, textOf } from "./upload.ts";

/** The matcher's routes, `/m/*`: refused with 503 by the guard until the index is loaded. */
export function lookupRoutes(index: Resource<MatchIndex>): Hono {
  const app = new Hono();
  app.use("*", guard(index));

  // Behind the guard there is an index; `get()` gives it at once, and the one that is current now.
  app.get("/lookup", async (context) => {
    const signal = parseSignal(context.req.query("signal_type"), context.req.query("signal"));
    return context.json(answerOf(await index.get(), [signal]));
  });

  app.post("/lookup", limitBody, async (context) => {
    const upload = await readUpload(context);
    const signals =
      upload.kind === "json"
        ? [parseSignal(textOf(upload.value, "signal_type"), textOf(upload.value, "signal"))]
        : SIGNAL_TYPES.flatMap((type) => (upload[type] === undefined ? [] : [parseSignal(type, upload[type])]));
    return context.json(answerOf(await index.get(), signals));
  });

  return app;
}

/** One torn-free answer: every part of it is from the same index. */
function answerOf(index: MatchIndex, signals: readonly Signal[]): object {
  return {
    built_to: index.build.builtTo,
    lookups: signals.map((signal) => ({
      signal_type: signal.type,
      signal: signal.hex,
      matches: index.lookup(signal),
    })),
  };
}
