import { assumptionsOf, figureRows, sentenceOf, toSvg, type Played } from "../../simulate/index.ts";
import type { ScenarioSweep } from "../play/scenario-sweep.ts";
import { documentOf, escaped, imageOf } from "./html-document.ts";
import { slidersHtml } from "./html-slider.ts";

/** Creates the page of a scenario: timelines, a slider for each number, the table and the assumptions. */
export function scenarioPage(played: Played, sweep: ScenarioSweep): string {
  const { scenario, shows, variants } = played;
  const names = variants.map(({ title }, index) => `${String.fromCharCode(65 + index)}: ${title}`);
  const heads = names.map((name) => `<th>${escaped(name)}</th>`).join("");
  const rows = figureRows(played).map(([name, ...cells]) => {
    const each = cells.map((cell, index) => `<td data-name="${String.fromCharCode(65 + index)}">${escaped(cell)}</td>`);
    return `<tr><th>${escaped(name)}</th>${each.join("")}</tr>`;
  });
  return documentOf(
    scenario,
    `<h1>${escaped(scenario)}</h1>
<p>${escaped(shows)}</p>
<div class="wide" tabindex="0">${imageOf(toSvg(played), `The timelines of ${scenario}. The figures below show the same.`)}</div>
${sweep.sliders.length > 0 ? slidersOf(names, sweep, played) : ""}
<h2>The figures</h2>
<table><thead><tr><th></th>${heads}</tr></thead><tbody>
${rows.join("\n")}
</tbody></table>
<h2>What was assumed</h2>
<ul>
${assumptionsOf(played)
  .map((each) => `<li>${escaped(each)}</li>`)
  .join("\n")}
</ul>
<p class="soft">The rules of the simulator, with their sources: docs/simulate.md in the package health-state-cli.</p>`,
  );
}

function slidersOf(names: readonly string[], { replicas, sliders }: ScenarioSweep, played: Played): string {
  const fewer = replicas < played.replicas ? ` Simulated with ${replicas} replicas.` : "";
  return slidersHtml({
    part: 0,
    note: `Each slider changes one number. A variant without this number does not change.${fewer}`,
    now: "as it is",
    heads: ["variant", "what happens"],
    names,
    data: sliders.map(({ name, now, values, plays }) => ({
      name,
      now,
      values,
      rows: plays.map((row) => row.map((variant) => ({ rating: "", word: "", sentence: `${sentenceOf(variant)}.` }))),
    })),
  });
}
