import { QUALITIES } from "../source/prices.ts";
import { REFUSE_MS, STALE_MS } from "../standing.ts";
import type { ReplicaView, View } from "../view.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

/** The page loads nothing, and talks to this service alone. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'";

const TRACK = `The age of the prices. The line is ${STALE_MS / 1_000} s, and the end is ${REFUSE_MS / 1_000} s.`;

/** What can be published, with its key and its button. */
const PUBLISH = [
  ["good", "g", "a good one"],
  ["bad", "b", "a bad one"],
  ["empty", "e", "an empty one"],
] as const;

/** The page at `/`: how each replica stands, and buttons that break and heal everything. */
export function pageOf({ store, balancer, replicas }: View): string {
  const haproxy = balancer.page === undefined ? "" : ` It has <a href="${balancer.page}">a page of its own</a>.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fleet</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Fleet</h1>
<p>Five replicas sell bread. Each holds the prices in memory. Kill something, and watch who stays in.</p>
<div class="verdict"><p role="status"><b data-is="in">…</b> <span data-is="alone"></span></p>
<p class="chips" aria-hidden="true">${replicas.map(chipOf).join("")}</p></div>
<div class="parts">
<section>
<h2>Source <span class="badge" data-is="source">…</span></h2>
<p class="say" data-is="source-say"></p>
<div class="buttons">${breakButton("source", "s")}</div>
</section>
<section>
<h2>Revisions <span class="badge plain" data-is="announced">…</span></h2>
<p class="say" data-is="plan"></p>
<div class="buttons"><span>publish</span>${PUBLISH.map(publishButton).join("")}</div>
</section>
<section>
<h2>Store <span class="badge" data-is="store">…</span></h2>
<p class="say">${store.name}. <span data-is="store-say"></span></p>
<div class="buttons">${breakButton("store", "t")}</div>
</section>
<section>
<h2>Customers</h2>
<p class="say">They buy through ${balancer.name}.${haproxy} <span data-is="traffic"></span></p>
<div class="strip" data-is="strip" role="img" aria-label="The requests of the last minute, a bar for each second"></div>
</section>
</div>
<div class="replicas">${replicas.map(({ name }, at) => replicaOf(name, String(at + 1))).join("")}</div>
<p class="foot"><label><input type="checkbox" id="keys" checked> Keys work</label>
<button class="heal" data-heal-all data-key="h">heal everything <kbd>h</kbd></button></p>
<h2 class="log">What happened</h2>
<ol id="log"></ol>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** The replica in short, for a narrow screen. */
function chipOf({ name }: ReplicaView): string {
  return `<span class="badge" data-chip="${name}">${name}</span>`;
}

function publishButton([quality, key, text]: (typeof PUBLISH)[number]): string {
  return `<button data-post="/publish/${quality}" data-key="${key}" title="${QUALITIES[quality]}">
${text} <kbd>${key}</kbd></button>`;
}

/** Kills, or heals what is dead. */
function breakButton(name: string, key: string): string {
  return `<button data-toggle="${name}" data-key="${key}"><span>kill</span> <kbd>${key}</kbd></button>`;
}

function replicaOf(name: string, key: string): string {
  return `<section data-replica="${name}">
<h2>${name} <span class="badge" data-is="standing">…</span></h2>
<p class="why" data-is="why"></p>
<div class="track" title="${TRACK}"><div class="age"></div><i></i></div>
<dl><dt>age</dt><dd data-is="age"></dd>
<dt>readiness</dt><dd data-is="readiness"></dd>
<dt>balancer</dt><dd data-is="served"></dd>
<dt>holds</dt><dd data-is="holds"></dd>
<dt>load</dt><dd data-is="load"></dd></dl>
<div class="buttons">${breakButton(name, key)}</div>
</section>`;
}
