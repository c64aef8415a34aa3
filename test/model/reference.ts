import type { State } from "../../src/index.ts";
import type { Entry } from "./entry.ts";

/** The table of docs/reference/rules.md once more, as plainly as can be: a fold over what happened, at the time it happened. */
export class Reference<V> {
  held: { value: V; since: number; invalidated: boolean } | undefined;
  run: { at: number; invalidated: boolean } | undefined;
  generation = 0;
  failures = 0;
  told: string[] = [];
  state: State = "NOT_LOADED";

  /** Brings the state up to now, and notes what a listener must be told. */
  pass(now: number, staleAfter: number, ended = false): void {
    const { held, run, state } = this;
    if (!held) this.state = run ? "LOADING" : "NOT_LOADED";
    else this.state = held.invalidated || now - held.since > staleAfter ? "STALE" : "READY";
    if (this.state !== state) this.told.push(`transition ${state}>${this.state}`);
    else if (ended) this.told.push(`load ${state}>${state}`);
  }
  log(now: number, staleAfter: number, entry: Entry<V>): void {
    this.pass(now, staleAfter);
    const { run, held } = this;
    const good = entry.type === "loaded" || (entry.type === "unchanged" && held !== undefined);
    if (entry.type === "start") this.run ??= { at: now, invalidated: false };
    else if (entry.type === "invalidate") for (const it of [run, held]) it && (it.invalidated = true);
    else this.run = undefined;
    if (entry.type === "loaded") this.generation++;
    if (good && !("refused" in entry && entry.refused))
      this.held = {
        value: "value" in entry ? entry.value : held!.value,
        since: entry.asOf ?? run!.at,
        invalidated: run!.invalidated,
      };
    if (entry.type === "unload") this.held = undefined;
    if (good || (entry.type === "unload" && (run || held))) this.failures = 0;
    if (entry.type === "failed" || (entry.type === "unchanged" && !held)) this.failures++;
    this.pass(now, staleAfter, ["loaded", "unchanged", "failed"].includes(entry.type));
  }
}
