import { markup, raw, type Html } from "./html.ts";
import type { PageModel } from "./page-model.ts";
import { renderResource, timeOf } from "./render-resource.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

/** How the page updates itself: over a stream, or by polling. */
export type Live = "stream" | "poll";

/** Renders the whole page. Without its script, the page shows the moment of its request. */
export function renderPage(model: PageModel, live: Live): string {
  const { ok, word } = model.snapshot.probes.readiness;
  return markup`<!doctype html>
    <html lang="en" data-live="${live}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${ok ? "Ready" : "Not ready"}: ${word}</title>
        <link rel="icon" href="data:," />
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        ${renderMain(model)}
        <script>${raw(SCRIPT)}</script>
      </body>
    </html> `.html;
}

/** Renders the part of the page that changes. */
export function renderPart(model: PageModel): string {
  return renderMain(model).html;
}

function renderMain(model: PageModel): Html {
  const { resources, omitted, snapshot, now } = model;
  return markup`<main>
    <h1>Status</h1>
    ${verdict(model)} ${probes(model)}
    <section aria-labelledby="resources-title">
      <h2 id="resources-title">Resources</h2>
      ${resources.length + snapshot.missing.length === 0 ? markup`<p id="none" data-part>This service has no resources.</p>` : undefined}
      ${snapshot.missing.map(
        (name) =>
          markup`<p class="error" id="m-${name}" data-part>
            <strong>${name}</strong> is expected, but does not exist.
          </p>`,
      )}
      <div class="cards">${resources.map((resource) => renderResource(resource, now))}</div>
      ${omitted > 0 ? markup`<p id="omitted" data-part>${omitted} more resources are not shown.</p>` : undefined}
    </section>
    ${heartbeats(model)} ${fleet(model)} ${timeline(model)} ${footer(model)}
  </main>`;
}

/** Renders one summary sentence. A screen reader announces only changes of this sentence. */
function verdict({ snapshot }: PageModel): Html {
  const { probes, draining } = snapshot;
  const { ok, word } = probes.readiness;
  const wedged = probes.liveness.ok ? "" : ` Liveness answers 503 ${probes.liveness.word}.`;
  const leaving = draining ? " The process is shutting down." : "";
  return markup`<p id="verdict" data-part role="status" class="verdict ${ok && probes.liveness.ok ? "good" : "bad"}">Readiness answers ${ok ? 200 : 503} ${word}.${wedged}${leaving}</p>`;
}

function probes({ snapshot }: PageModel): Html {
  const rows = (["readiness", "liveness", "startup"] as const).map((name) => {
    const { ok, word } = snapshot.probes[name];
    return markup`<tr>
      <th scope="row">${name}</th>
      <td>${ok ? 200 : 503}</td>
      <td>${word}</td>
    </tr>`;
  });
  return markup`<section id="probes" data-part aria-labelledby="probes-title">
    <h2 id="probes-title">Probes</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Probe</th>
          <th scope="col">Status</th>
          <th scope="col">Word</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`;
}

function heartbeats({ snapshot }: PageModel): Html | undefined {
  const { heartbeats: all } = snapshot;
  if (all.length === 0) return undefined;
  return markup`<section id="heartbeats" data-part aria-labelledby="heartbeats-title">
    <h2 id="heartbeats-title">Heartbeats</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Heartbeat</th>
          <th scope="col">Condition</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(
          ({ name, overdue }) =>
            markup`<tr>
              <th scope="row">${name}</th>
              <td>${overdue ? "overdue" : "in time"}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function fleet({ snapshot }: PageModel): Html | undefined {
  if (!snapshot.fleet) return undefined;
  const { group, replica, store, heldIn, out, place } = snapshot.fleet;
  const stands = heldIn
    ? "in the balancer, although its data is too old"
    : out
      ? "out of the balancer"
      : "in the balancer";
  return markup`<section id="fleet" data-part aria-labelledby="fleet-title">
    <h2 id="fleet-title">Fleet</h2>
    <dl>
      <div><dt>Group</dt><dd>${group}</dd></div>
      <div><dt>This replica</dt><dd>${replica}</dd></div>
      <div><dt>Position</dt><dd>${stands}</dd></div>
      <div><dt>Store</dt><dd>${store}</dd></div>
      ${place === undefined ? undefined : markup`<div><dt>Place in the queue to leave</dt><dd>${place}</dd></div>`}
    </dl>
  </section>`;
}

function timeline({ lines, omittedLines, now }: PageModel): Html {
  const rows = lines.map(
    ({ at, who, what, isBad }) =>
      markup`<tr${isBad ? raw(' class="bad"') : undefined}><td>${timeOf(at, now)}</td><th scope="row">${who}</th><td>${what}</td></tr>`,
  );
  const table = markup`<table class="lines">
    <thead>
      <tr>
        <th scope="col">When</th>
        <th scope="col">Subject</th>
        <th scope="col">Event</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
  return markup`<section id="timeline" data-part aria-labelledby="timeline-title">
    <h2 id="timeline-title">The last hour</h2>
    ${lines.length === 0 ? markup`<p>There are no events.</p>` : table}
    ${omittedLines > 0 ? markup`<p>${omittedLines} earlier entries are not shown.</p>` : undefined}
  </section>`;
}

function footer({ now }: PageModel): Html {
  const iso = new Date(now).toISOString();
  return markup`<footer id="footer" data-part>
    <p>As of <time datetime="${iso}">${iso.replace("T", " ").slice(0, 19)} UTC</time>. <a href="">Reload</a></p>
  </footer>`;
}
