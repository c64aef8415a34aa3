/** Asks the probes and the routes twice a second, and shows what they say. */
export const SCRIPT: string = `
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const said = new Map();
function tell(who, what) {
  if (said.get(who) === what) return;
  said.set(who, what);
  const line = document.createElement("li");
  line.textContent = new Date().toLocaleTimeString() + "  " + who + "  " + what;
  one("#log").prepend(line);
  while (one("#log").children.length > 12) one("#log").lastChild.remove();
}
function put(node, text) {
  // Only a change is written, so that a screen reader says it once.
  if (node.textContent !== text) node.textContent = text;
}
async function askProbe(node) {
  const path = node.dataset.probe;
  const word = one(".word", node);
  try {
    const answer = await fetch(path, { cache: "no-store" });
    const state = answer.headers.get("health-state");
    put(word, answer.status + " " + (await answer.text()) + (state ? " (" + state + ")" : ""));
    word.className = "word " + (answer.ok ? (state === "STALE" ? "warn" : "ok") : "no");
  } catch {
    put(word, "no answer");
    word.className = "word no";
  }
  tell("GET " + path, word.textContent);
}
async function askRoute(node) {
  try {
    const answer = await fetch(node.dataset.route, { cache: "no-store" });
    const wait = answer.headers.get("retry-after");
    put(node, "GET " + node.dataset.route + "  " + answer.status + (wait ? "  retry-after: " + wait : "") + "\\n" + (await answer.text()));
    tell("GET " + node.dataset.route, String(answer.status));
  } catch {
    put(node, "no answer");
  }
}
function show(name, check) {
  const card = one('[data-source="' + name + '"]');
  const kind = check.status === "fail" ? "no" : check.status === "warn" ? "warn" : "ok";
  const state = one(".state", card);
  put(state, check.state + (check.status === "fail" && check.state === "STALE" ? ", refused" : ""));
  state.className = "state " + kind;
  const age = check.observedValue;
  one(".track", card).className = "track " + kind;
  one(".age", card).style.width = Math.min(100, ((age || 0) / check.limits.refuseAfter) * 100) + "%";
  one(".track i", card).style.left = (check.limits.staleAfter / check.limits.refuseAfter) * 100 + "%";
  put(one('[data-is="age"]', card), age === undefined ? "no value" : age.toFixed(1) + " s");
  for (const field of ["revision", "origin", "attempt", "output"]) put(one('[data-is="' + field + '"]', card), String(check[field] ?? ""));
  tell(name, check.state + (check.output ? ": " + check.output : ""));
}
async function askAll() {
  await Promise.all([...all("[data-probe]").map(askProbe), ...all("[data-route]").map(askRoute)]);
  try {
    const answer = await fetch("/status", { cache: "no-store", headers: { accept: "application/health+json" } });
    for (const [key, [check]] of Object.entries((await answer.json()).checks)) show(key.replace(":age", ""), check);
  } catch {}
  setTimeout(askAll, 500);
}
document.addEventListener("click", async (event) => {
  const path = event.target.dataset.post;
  if (!path) return;
  const card = event.target.closest("section");
  for (const button of card.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.target && !button.classList.contains("heal")));
  await fetch(path, { method: "POST" }).catch(() => {});
});
askAll();
`;
