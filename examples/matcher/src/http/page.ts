/** The page loads nothing, and talks to this service alone. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d8dee6; --back: #f6f8fa; --card: #fff; --ok: #12703b; --no: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b5; --line: #2c3542; --back: #12161c; --card: #1a2028; --ok: #5fd38d; --no: #ff8a80; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { margin: 0; font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
p { color: var(--soft); margin: .3rem 0 1rem; }
.probes { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .8rem; margin: 0; padding: 0; list-style: none; }
.probes li, form, pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.probes b { display: block; font-weight: 600; } .probes code { color: var(--soft); }
.word { font: 600 1rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; } .ok { color: var(--ok); } .no { color: var(--no); }
form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .8rem; }
label { display: grid; gap: .2rem; font-size: .85rem; color: var(--soft); } label.wide { flex: 1 1 20rem; }
input, select, button { font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--back); color: var(--ink); max-width: 100%; box-sizing: border-box; }
label.wide input { width: 100%; font-family: ui-monospace, monospace; }
button { background: var(--ink); color: var(--back); cursor: pointer; }
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
    say(answer.status + " " + (await answer.text()) + (state ? " (" + state + ")" : ""), answer.ok ? "ok" : "no");
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
  setTimeout(showAll, 1000);
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

/** The page at `/`: polls the probes once a second, and looks signals and images up. */
export const PAGE = `<!doctype html>
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
<p>Finds known content by its hash, from an index in memory. These are its probes, asked once a second.</p>
<ul class="probes">
<li data-probe="/status"><b>Readiness</b> <code>/status</code><div class="word" role="status">…</div></li>
<li data-probe="/status/live"><b>Liveness</b> <code>/status/live</code><div class="word" role="status">…</div></li>
<li data-probe="/status/startup"><b>Startup</b> <code>/status/startup</code><div class="word" role="status">…</div></li>
</ul>
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
