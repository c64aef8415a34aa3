/** The page loads nothing, and talks to this service alone. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d8dee6; --back: #f6f8fa; --card: #fff; --ok: #12703b; --warn: #8a5300; --no: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b5; --line: #2c3542; --back: #12161c; --card: #1a2028; --ok: #5fd38d; --warn: #f0b35a; --no: #ff8a80; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { margin: 0; font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
p { color: var(--soft); margin: .3rem 0 1rem; }
.probes { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .8rem; margin: 0; padding: 0; list-style: none; }
.probes li, form, pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.probes b { display: block; font-weight: 600; } .probes code { color: var(--soft); }
.warn { color: var(--warn); }
.track { position: relative; height: .5rem; border-radius: 4px; background: var(--line); overflow: hidden; margin: .4rem 0; }
.track i { position: absolute; left: 40%; top: 0; bottom: 0; width: 2px; background: var(--ink); }
.age { height: 100%; width: 0; background: currentColor; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; margin-top: .8rem; }
.card .state { float: right; font: 600 .9rem/1.6 ui-monospace, monospace; } .error { color: var(--no); min-height: 1.5em; overflow-wrap: anywhere; }
#done { color: var(--soft); font-size: .85rem; margin-top: .4rem; overflow-wrap: anywhere; } .buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .6rem; }
.word { font: 600 1rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; } .ok { color: var(--ok); } .no { color: var(--no); }
form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .8rem; }
label { display: grid; gap: .2rem; font-size: .85rem; color: var(--soft); } label.wide { flex: 1 1 20rem; }
input, select, button { font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--back); color: var(--ink); max-width: 100%; box-sizing: border-box; }
label.wide input { width: 100%; font-family: ui-monospace, monospace; }
button { background: var(--ink); color: var(--back); cursor: pointer; } button:disabled { opacity: .4; cursor: default; }
button:focus-visible { outline: 2px solid var(--ok); outline-offset: 2px; }
pre { margin: 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
`;

const SCRIPT = `
const rows = [...document.querySelectorAll("[data-probe]")];
async function show(row) {
  const word = row.querySelector(".word");
  // Set only when it changes, so that a screen reader says it once.
  const say = (text, kind) => {
    if (word.textContent !== text) word.textContent = text;
    word.className = "word " + kind;
  };
  try {
    const answer = await fetch(row.dataset.probe, { cache: "no-store" });
    const state = answer.headers.get("health-state");
    say(answer.status + " " + (await answer.text()) + (state ? " (" + state + ")" : ""), answer.ok ? (state === "STALE" ? "warn" : "ok") : "no");
  } catch {
    say("no answer", "no");
  }
}
async function showAll() {
  await Promise.all(rows.map(show));
  try {
    const answer = await fetch("/index/status", { cache: "no-store" });
    document.querySelector("#index").textContent = JSON.stringify(await answer.json(), null, 2);
  } catch {}
  try {
    const answer = await fetch("/status", { cache: "no-store", headers: { accept: "application/health+json" } });
    const [check] = (await answer.json()).checks["index:age"] ?? [];
    if (check) showIndex(check);
  } catch {}
  setTimeout(showAll, 500);
}
function put(selector, text) {
  const node = document.querySelector(selector);
  if (node.textContent !== text) node.textContent = text;
  return node;
}
function showIndex({ status, state, observedValue, limits, origin, revision, rejected, output }) {
  const kind = status === "fail" ? "no" : status === "warn" ? "warn" : "ok";
  put("#state", state + (status === "fail" && state === "STALE" ? ", refused" : "")).className = "state " + kind;
  // Where readiness never refuses, the bar ends at three times the age of STALE.
  const end = limits.refuseAfter === limits.staleAfter || limits.refuseAfter === null ? limits.staleAfter * 3 : limits.refuseAfter;
  document.querySelector(".track").className = "track " + kind;
  document.querySelector(".age").style.width = Math.min(100, ((observedValue || 0) / end) * 100) + "%";
  document.querySelector(".track i").style.left = (limits.staleAfter / end) * 100 + "%";
  put("#facts", observedValue === undefined ? "no value" : observedValue.toFixed(1) + " s old; STALE after " + limits.staleAfter + " s; from the " + origin + (revision ? "; build " + revision.split(".").pop() : ""));
  put("#error", (output ?? "") + (rejected ? " (refused: build " + rejected.split(".").pop() + ")" : ""));
  const accept = document.querySelector("#accept");
  if (accept) accept.disabled = rejected === undefined;
}
// One after the other, so that they act in the order of the clicks.
let pressed = Promise.resolve();
document.addEventListener("click", ({ target }) => {
  if (target.dataset.post) pressed = pressed.then(() => press(target));
});
async function press(target) {
  const path = target.dataset.post;
  put("#done", target.textContent + " …");
  try {
    const answer = await fetch(path, { method: "POST" });
    put("#done", target.textContent + ": " + (answer.ok ? "done" : (await answer.json()).detail));
  } catch {
    put("#done", target.textContent + ": no answer");
  }
}
showAll();
const result = document.querySelector("#result");
async function look(request) {
  try {
    const answer = await request;
    result.textContent = answer.status + "\\n" + JSON.stringify(await answer.json(), null, 2);
  } catch (error) {
    result.textContent = String(error);
  }
}
document.querySelector("#signal").addEventListener("submit", (event) => {
  event.preventDefault();
  look(fetch("/m/lookup?" + new URLSearchParams(new FormData(event.target))));
});
document.querySelector("#image").addEventListener("submit", (event) => {
  event.preventDefault();
  look(fetch("/m/lookup", { method: "POST", body: new FormData(event.target) }));
});
`;

const BUTTONS = `<div class="buttons">
<button data-post="/demo/stop-database">Stop the database</button>
<button data-post="/demo/publish-empty">Publish an empty bank</button>
<button data-post="/demo/accept" id="accept" disabled>Accept what was refused</button>
<button data-post="/demo/heal">Heal</button>
</div>
<div id="done" role="status">What a button does shows here.</div>`;

/** The page at `/`: polls the probes twice a second, breaks things on command, and looks signals and images up. */
export function pageWith({ buttons }: { readonly buttons: boolean }): string {
  return PAGE.replace("<!-- buttons -->", buttons ? BUTTONS : "");
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Matcher</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Matcher</h1>
<p>Finds known content by its hash, from an index in memory. These are its probes, asked twice a second.</p>
<ul class="probes">
<li data-probe="/status"><b>Readiness</b> <code>/status</code><div class="word" role="status">…</div></li>
<li data-probe="/status/live"><b>Liveness</b> <code>/status/live</code><div class="word" role="status">…</div></li>
<li data-probe="/status/startup"><b>Startup</b> <code>/status/startup</code><div class="word" role="status">…</div></li>
</ul>
<div class="card"><b>The index</b> <span id="state" class="state">…</span>
<div class="track" title="The age. The line is the age at which the index is STALE."><div class="age"></div><i></i></div>
<div id="facts">…</div>
<div id="error" class="error" role="status"></div>
<!-- buttons -->
</div>
<h2>Look up</h2>
<form id="image">
<label class="wide">A PNG or JPEG file<input type="file" name="image" accept="image/png,image/jpeg" required></label>
<button>Look up image</button>
</form>
<form id="signal">
<label>Type<select name="signal_type"><option>pdq</option><option>md5</option></select></label>
<label class="wide">Signal, in hex<input name="signal" required spellcheck="false" autocomplete="off"></label>
<button>Look up signal</button>
</form>
<pre id="result" aria-live="polite">Nothing looked up yet.</pre>
<h2>Index</h2>
<pre id="index">…</pre>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
