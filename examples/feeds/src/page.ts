import { SCRIPT } from "./page-script.ts";
import { STYLE } from "./page-style.ts";
import { FAULTS, type BreakableSource } from "./source/breakable.ts";

/** The page loads nothing, and talks to this service alone. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const PROBES = [
  ["Readiness", "/status"],
  ["Liveness", "/status/live"],
  ["Startup", "/status/startup"],
] as const;

const FROM: Readonly<Record<string, string>> = {
  rates: "fromHttp, and a store on disk",
  flags: "fromFile, and hints of the system",
  stock: "fromPostgres or fromRedis",
};

/** The page at `/`: what the probes and the routes say, and buttons that break the sources. */
export function pageOf(sources: Readonly<Record<string, BreakableSource>>): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feeds</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Feeds</h1>
<p>Three sources, held in memory. Break one, and watch what the probes and the routes say.</p>
<ul class="probes">${PROBES.map(probeOf).join("")}</ul>
<div class="sources">${Object.entries(sources).map(sourceOf).join("")}</div>
<h2>What changed</h2>
<ol id="log" aria-live="polite"></ol>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function probeOf([name, path]: (typeof PROBES)[number]): string {
  return `<li data-probe="${path}"><b>${name}</b> <code>${path}</code><div class="word">…</div></li>`;
}

function sourceOf([name, { faults }]: [string, BreakableSource]): string {
  const buttons = faults
    .map((fault) => `<button data-post="/break/${name}/${fault}" title="${FAULTS[fault]}">${fault}</button>`)
    .join("");
  return `<section data-source="${name}">
<h2>${name} <span class="state">…</span></h2>
<p>${FROM[name] ?? ""}</p>
<div class="track" title="The age. The line is staleAfter, the end is refuseAfter."><div class="age"></div><i></i></div>
<dl><dt>age</dt><dd data-is="age"></dd><dt>revision</dt><dd data-is="revision"></dd>
<dt>from</dt><dd data-is="origin"></dd><dt>attempt</dt><dd data-is="attempt"></dd></dl>
<div class="error" data-is="output"></div>
<pre data-route="/${name}">…</pre>
<div class="buttons">${buttons}<button class="heal" data-post="/heal/${name}">heal</button></div>
</section>`;
}
