import { toSvg } from "../../simulate/index.ts";
import type { Play, Rehearsal, Rehearsed } from "../play/rehearse.ts";
import type { Sweep } from "../play/sweep.ts";
import { assumptionsOf } from "./assumed.ts";
import { documentOf, escaped, imageOf } from "./html-document.ts";
import { slidersHtml } from "./html-slider.ts";
import { sentenceOf } from "./sentence.ts";

const RATINGS = { good: "ok", warning: "warning", bad: "bad", late: "not reached" } as const;

/** One workload on the page. */
export interface HtmlPart {
  readonly rehearsal: Rehearsal;
  readonly sweeps: readonly Sweep[];
}

/**
 * Creates a complete page: the table, the changes, a slider for each number of the probes, and a timeline of each
 * trouble. It loads nothing, supports light and dark mode, and fits a phone.
 */
export function toHtml(parts: readonly HtmlPart[]): string {
  const title = parts.map(({ rehearsal }) => rehearsal.workload.name).join(", ");
  return documentOf(title, parts.map(partOf).join("\n"));
}

/** Says in a sentence how much the changes help. */
export function effectOf(count: number, mended: boolean): string {
  if (count === 0) return "No change that was tried is enough.";
  if (count === 1) return mended ? "One change prevents every trouble." : "One change helps, but some troubles remain.";
  return `${count} changes ${mended ? "prevent every trouble." : "help, but some troubles remain."}`;
}

function partOf({ rehearsal, sweeps }: HtmlPart, part: number): string {
  const { workload, spec, changes, troubles } = rehearsal;
  const isGood = troubles.every(({ before }) => before.verdict.rating === "good");
  const mended = troubles.every(({ after, before }) => (after ?? before).verdict.rating === "good");
  return `<h1>${escaped(workload.name)}</h1>
<p class="soft">${escaped(workload.file)}, line ${workload.line}, ${spec.replicas} replica${spec.replicas === 1 ? "" : "s"}</p>
<p>${isGood ? "Nothing needs to change." : effectOf(changes.length, mended)}</p>
<h2>What would happen</h2>
${tableOf(troubles)}
${changes.length > 0 ? `<h2>What to change</h2>\n<ol>\n${changesOf(rehearsal)}\n</ol>` : ""}
${sweeps.length > 0 ? slidersOf(rehearsal, sweeps, part) : ""}
<h2>The time, trouble by trouble</h2>
${troubles.map((each) => timelineOf(rehearsal, each)).join("\n")}
<h2>What was assumed</h2>
<ul>
${assumptionsOf(rehearsal)
  .map((each) => `<li>${escaped(each)}</li>`)
  .join("\n")}
</ul>
<p class="soft">The rules of the simulator, with their sources: docs/simulate.md in the package health-state-cli.</p>`;
}

function tableOf(troubles: readonly Rehearsed[]): string {
  const cell = (rehearsed: Rehearsed, play: Play | undefined, name: string): string =>
    play
      ? `<td data-name="${name}"><span class="${play.verdict.rating}">${RATINGS[play.verdict.rating]}</span> ${escaped(sentenceOf(rehearsed, play))}</td>`
      : "";
  const isChanged = troubles.some(({ after }) => after !== undefined);
  return `<table><thead><tr><th>trouble</th><th>as it is</th>${isChanged ? "<th>changed</th>" : ""}</tr></thead><tbody>
${troubles.map((each) => `<tr><td><strong>${escaped(each.trouble)}</strong><br><span class="soft">${escaped(each.what)}</span></td>${cell(each, each.before, "as it is")}${cell(each, each.after, "changed")}</tr>`).join("\n")}
</tbody></table>`;
}

function changesOf({ workload, changes, troubles }: Rehearsal): string {
  return changes
    .map(({ line, before, after, why }, index) => {
      const asking = troubles.filter((each) => each.changes.includes(index)).map(({ trouble }) => trouble);
      const was = before === undefined ? "" : `<span class="soft">now: ${escaped(before)}</span>`;
      return `<li>${escaped(workload.file)}:${line} ${was}<pre>${escaped(after)}</pre><span class="soft">${escaped(asking.join(", "))}: ${escaped(why)}</span></li>`;
    })
    .join("\n");
}

function slidersOf({ troubles, changes }: Rehearsal, sweeps: readonly Sweep[], part: number): string {
  return slidersHtml({
    part,
    note: `Each slider changes one number${changes.length > 0 ? " with every change above" : " in the file"}.`,
    now: changes.length > 0 ? "as it is, changed" : "as it is",
    heads: ["trouble", "with this file"],
    names: troubles.map(({ trouble }) => trouble),
    data: sweeps.map(({ name, now, values, plays }) => ({
      name,
      now,
      values,
      rows: plays.map((row) =>
        row.map((play, index) => {
          const rehearsed = troubles[index];
          const { rating } = play.verdict;
          return { rating, word: RATINGS[rating], sentence: rehearsed ? sentenceOf(rehearsed, play) : "" };
        }),
      ),
    })),
  });
}

function timelineOf({ spec, changed, facts }: Rehearsal, { trouble, what, before, after }: Rehearsed): string {
  const replicas = Math.max(spec.replicas, changed.replicas);
  const picture = toSvg({
    scenario: trouble,
    shows: `${what[0]?.toUpperCase()}${what.slice(1)}.`,
    seed: facts.seed,
    replicas,
    durationSeconds: before.setup.durationSeconds,
    loadSeconds: before.setup.load.firstSeconds,
    variants: [
      { title: "as it is", ...before },
      // A deploy of another size may take longer, so both cannot share one axis.
      ...(after && after.setup.durationSeconds === before.setup.durationSeconds
        ? [{ title: "changed", ...after }]
        : []),
    ],
  });
  const open = before.verdict.rating === "bad" ? " open" : "";
  return `<details${open}><summary>${escaped(trouble)}</summary><div class="wide">${imageOf(picture, `The timeline of ${trouble}`)}</div></details>`;
}
