import { escaped } from "./html-document.ts";

/** The text of one row for one value. */
interface Cell {
  /** The class of the word, if there is one. */
  readonly rating: string;
  readonly word: string;
  readonly sentence: string;
}

/** The data of the sliders in one part of a page. */
export interface Sliders {
  /** The id of the part of the page. */
  readonly part: number;
  readonly note: string;
  /** The label of the current value. */
  readonly now: string;
  readonly heads: readonly [string, string];
  /** The rows. */
  readonly names: readonly string[];
  readonly data: readonly {
    readonly name: string;
    readonly now: number;
    readonly values: readonly number[];
    /** For each value, the rows in their order. */
    readonly rows: readonly (readonly Cell[])[];
  }[];
}

/** Renders the sliders. The page contains the results of every value, so a slider needs no server. */
export function slidersHtml({ part, note, now, heads: [first, second], names, data }: Sliders): string {
  const json = JSON.stringify({ data, names, now });
  return `<h2>Move a number</h2>
<p class="soft">${escaped(note)}</p>
<label>number <select id="number${part}">${data.map(({ name }, index) => `<option value="${index}">${escaped(name)}</option>`).join("")}</select></label>
<label>value <input type="range" id="value${part}" min="0" step="1"><output id="shown${part}"></output></label>
<table><thead><tr><th>${escaped(first)}</th><th>${escaped(second)}</th></tr></thead><tbody id="rows${part}" aria-live="polite"></tbody></table>
<noscript><p>The sliders need JavaScript.</p></noscript>
<script>(() => {
const { data, names, now } = ${json.replaceAll("<", "\\u003c")};
const at = (name) => document.getElementById(name + "${part}");
const element = (tag, more) => Object.assign(document.createElement(tag), more);
const draw = () => {
  const sweep = data[at("number").value];
  const value = sweep.values[at("value").value];
  at("shown").textContent = value + (value === sweep.now ? " (" + now + ")" : "");
  at("value").setAttribute("aria-valuetext", String(value));
  at("rows").replaceChildren(...sweep.rows[at("value").value].map(({ rating, word, sentence }, index) => {
    const row = element("tr");
    const name = element("td");
    name.append(element("strong", { textContent: names[index] }));
    const what = element("td");
    if (word) what.append(element("span", { className: rating, textContent: word }), " ");
    what.append(sentence);
    row.append(name, what);
    return row;
  }));
};
const choose = () => {
  const sweep = data[at("number").value];
  at("value").max = sweep.values.length - 1;
  at("value").value = sweep.values.indexOf(sweep.now);
  draw();
};
at("number").addEventListener("change", choose);
at("value").addEventListener("input", draw);
choose();
})();</script>`;
}
