import { messageOf } from "../resource/print.ts";
import { markup, raw, type Html } from "./html.ts";
import type { PageResource } from "./page-model.ts";
import { TIMELINE_MS, type Stretch } from "./timeline.ts";
import { momentOf, spanOf } from "./words.ts";

/** A fact about a resource: a name and a text. */
type Fact = readonly [name: string, value: string | number | Html | undefined];

/** Renders one resource: its state, its age as a bar, and facts. */
export function renderResource(resource: PageResource, now: number): Html {
  const { record, limits } = resource;
  const { name, state, lastError } = record;
  const facts: readonly Fact[] = [
    ["Age", record.age === undefined ? "no value" : spanOf(record.age)],
    ["Stale after", limits && spanOf(limits.staleAfter)],
    ["Refused after", limits && spanOf(limits.refuseAfter)],
    ["Refreshed every", limits && spanOf(limits.refreshEvery)],
    ["Revision", record.revision],
    ["Origin", record.origin],
    ["Generation", record.generation],
    ["As of", record.asOf === undefined ? undefined : timeOf(record.asOf, now)],
    ["Checked", record.checkedAt === undefined ? undefined : timeOf(record.checkedAt, now)],
    ["Changed", record.changedAt === undefined ? undefined : timeOf(record.changedAt, now)],
    ["Attempt", record.attempt > 1 ? record.attempt : undefined],
    ["Next attempt", record.nextAttemptAt === undefined ? undefined : timeOf(record.nextAttemptAt, now)],
    ["Rejected revision", record.rejected],
    ["Waiting revision", record.behind],
    ["Loads given up, not ended", record.abandoned || undefined],
    ["Hints", record.hints],
    ["Last restore", record.lastRestore?.outcome],
  ];
  const note = [...(record.refreshing ? ["loading now"] : []), ...(record.required ? [] : ["not required"])].join(", ");
  return markup`<article class="card" id="r-${name}" data-part aria-labelledby="h-${name}">
    <header>
      <h3 id="h-${name}">${name}</h3>
      ${badge(state)} ${note === "" ? undefined : markup`<span class="note">${note}</span>`}
    </header>
    ${ageBar(resource)} ${strip(resource, now)}
    ${
      lastError
        ? markup`<p class="error">
            <strong>Last error</strong>, ${timeOf(lastError.at, now)}: ${messageOf(lastError.error)}
          </p>`
        : undefined
    }
    <dl>
      ${facts.map(([term, value]) =>
        value === undefined
          ? undefined
          : markup`<div>
              <dt>${term}</dt>
              <dd>${value}</dd>
            </div>`,
      )}
    </dl>
  </article>`;
}

/** Renders a state as words with a colour. The words alone are enough. */
export function badge(state: string): Html {
  return markup`<span class="badge s-${state}">${state}</span>`;
}

/** Renders an instant and its distance from now. */
export function timeOf(at: number, now: number): Html {
  const { iso, text } = momentOf(at, now);
  return markup`<time datetime="${iso}" title="${iso}">${text}</time>`;
}

/** Renders the age and the two limits. The bar is SVG, because the policy forbids style attributes. */
function ageBar({ record: { age, name }, limits }: PageResource): Html | undefined {
  if (age === undefined || !limits || limits.staleAfter === Infinity) return undefined;
  const { staleAfter, refuseAfter } = limits;
  const refused = refuseAfter === Infinity ? undefined : refuseAfter;
  const most = Math.max((refused ?? staleAfter) * 1.15, Math.min(age, (refused ?? staleAfter) * 2));
  const share = (ms: number): string => ((Math.min(ms, most) / most) * 100).toFixed(2);
  const zone = age <= staleAfter ? "READY" : refused !== undefined && age > refused ? "NOT_LOADED" : "STALE";
  const label = `${name} is ${spanOf(age)} old; stale after ${spanOf(staleAfter)}, refused after ${spanOf(refuseAfter)}`;
  const mark = (ms: number, kind: string): Html =>
    markup`<rect class="limit ${kind}" x="${share(ms)}" y="0" width="0.6" height="10"></rect>`;
  return markup`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${label}">
    <rect class="track" x="0" y="2" width="100" height="6"></rect>
    <rect class="fill s-${zone}" x="0" y="2" width="${share(age)}" height="6"></rect>
    ${mark(staleAfter, "stale")}
    ${refused === undefined || refused === staleAfter ? undefined : mark(refused, "refuse")}
  </svg>`;
}

/** Renders the states of the last hour. The right end is now. */
function strip({ stretches, record }: PageResource, now: number): Html | undefined {
  if (stretches.length === 0) return undefined;
  const place = (at: number): number => 100 - ((now - at) / TIMELINE_MS) * 100;
  const part = ({ from, to, state }: Stretch): Html => {
    const [x, end] = [Math.max(0, place(from)), Math.min(100, place(to))];
    return markup`<rect
      class="s-${state}"
      x="${x.toFixed(3)}"
      y="0"
      width="${Math.max(0.2, end - x).toFixed(3)}"
      height="4"
    ></rect>`;
  };
  return markup`<svg
    class="strip"
    viewBox="0 0 100 4"
    preserveAspectRatio="none"
    role="img"
    aria-label="${record.name} in the last hour: ${sharesOf(stretches)}"
  >
    ${raw('<rect class="track" x="0" y="0" width="100" height="4"></rect>')} ${stretches.map(part)}
  </svg>`;
}

/** Says in words how long a resource was in each state. */
function sharesOf(stretches: readonly Stretch[]): string {
  const spans = new Map<string, number>();
  for (const { from, to, state } of stretches) spans.set(state, (spans.get(state) ?? 0) + to - from);
  return [...spans].map(([state, ms]) => `${state} for ${spanOf(ms)}`).join(", ");
}
