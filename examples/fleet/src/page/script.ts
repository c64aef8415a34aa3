import { SOAK_MS } from "../replica/service.ts";
import { REFUSE_MS } from "../standing.ts";

/** Asks for the view twice a second, and shows it. */
export const SCRIPT: string = `
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const REFUSE_MS = ${REFUSE_MS};
const GONE = "Who is in stays in, and a leave ends. Nothing new is taken for ${(3 * SOAK_MS) / 1_000} s.";
const KINDS = { "in": "ok", "held in": "warn", "on leave": "no", "out": "no", "killed": "no" };
function put(node, text, kind) {
  // Only a change is written, so that a screen reader says it once.
  if (node.textContent !== text) node.textContent = text;
  if (kind !== undefined) node.className = (node.classList.contains("badge") ? "badge " : "") + kind;
}
const is = (name, within) => one('[data-is="' + name + '"]', within);
const plural = (count, word) => count + " " + word + (count === 1 ? "" : "s");
function showToggle(name, isUp) {
  const button = one('[data-toggle="' + name + '"]');
  put(one("span", button), isUp ? "kill" : "start again");
  button.classList.toggle("dead", !isUp);
}
function showParts({ source, store, traffic, inNow, inAlone, replicas }) {
  put(is("in"), inNow + " of " + replicas.length + " replicas are in.");
  put(is("alone"), "Without a fleet it would be " + (inAlone || "none") + ".");
  put(is("source"), source.isUp ? "up" : "dead", source.isUp ? "ok" : "no");
  put(is("source-say"), source.isUp
    ? "Each replica asks it every 2 s for the revision."
    : "Nobody listens there. The prices get older with each second.");
  showToggle("source", source.isUp);
  put(is("announced"), source.announced + ", " + source.quality);
  put(is("store"), store.isUp ? "up" : "dead", store.isUp ? "ok" : "no");
  put(is("store-say"), store.isUp ? groupOf(store.group) : GONE);
  showToggle("store", store.isUp);
  put(is("plan"), store.group ? planOf(store.group) : "The plan is in the store, which does not answer.");
  const { total } = traffic;
  put(is("traffic"), total.sold + " were served, " + total.refused + " refused, "
    + "and " + total.givenAway + " got bread for nothing.");
  showStrip(traffic.seconds);
}
function groupOf(group) {
  if (!group) return "It does not answer yet.";
  return "It knows " + plural(group.members, "replica") + ". " + (group.out || "None") + " of them "
    + (group.out > 1 ? "are" : "is") + " out.";
}
function trialOf({ revision, holders }) {
  const who = holders.join(", ") || "Nobody";
  return revision + " is tried. " + who + (holders.length > 1 ? " hold it. " : " holds it. ");
}
function planOf({ stable, trial, refused }) {
  const last = refused.at(-1);
  if (!stable && !trial && !last) return "The store knows no plan yet.";
  return (stable ? "Everybody may hold " + stable + ". " : "")
    + (trial ? trialOf(trial) : "")
    + (last ? "Refused for all is " + last.revision + ", which " + last.by + " found bad." : "");
}
function showStrip(seconds) {
  const most = Math.max(1, ...seconds.map((second) => second.sold + second.givenAway + second.refused));
  is("strip").replaceChildren(...Array.from({ length: 60 }, (_, at) => {
    const bar = document.createElement("div");
    const second = seconds[at - 60 + seconds.length];
    for (const kind of ["refused", "givenAway", "sold"]) {
      const part = document.createElement("span");
      part.className = kind;
      part.style.height = second ? (100 * second[kind]) / most + "%" : "0";
      bar.append(part);
    }
    return bar;
  }));
}
function loadOf({ place, isLoading, isStoreGone }) {
  if (place !== undefined) return "waits, place " + place;
  if (isLoading) return "loading";
  return isStoreGone ? "by itself: no store" : "–";
}
function showReplica({ name, isUp, isServed, facts, standing, why }) {
  const card = one('[data-replica="' + name + '"]');
  const kind = KINDS[standing];
  put(is("standing", card), standing, kind);
  put(one('[data-chip="' + name + '"]'), name, kind);
  put(is("why", card), why);
  const age = facts?.age;
  one(".track", card).className = "track " + kind;
  one(".age", card).style.width = Math.min(100, (100 * (age ?? 0)) / REFUSE_MS) + "%";
  put(is("age", card), age === undefined ? "–" : (age / 1000).toFixed(1) + " s, " + facts.state);
  const { ok, word } = facts?.readiness ?? {};
  put(is("readiness", card), facts ? (ok ? "200 " : "503 ") + word : "no answer", ok ? "ok" : "no");
  put(is("served", card), isServed ? "sends requests" : "sends nothing", isServed ? "ok" : "no");
  const behind = facts?.behind === undefined ? "" : ", behind " + facts.behind;
  put(is("holds", card), (facts?.revision ?? "–") + behind, behind ? "warn" : "");
  put(is("load", card), facts ? loadOf(facts) : "–");
  showToggle(name, isUp);
}
let shown = "";
function showLines(lines) {
  const next = JSON.stringify(lines);
  if (next === shown) return;
  shown = next;
  one("#log").replaceChildren(...lines.map(({ at, who, what }) => {
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = new Date(at).toLocaleTimeString("en-GB");
    const name = document.createElement("b");
    name.textContent = who;
    line.append(time, name, " " + what);
    return line;
  }));
}
let view;
async function ask() {
  try {
    view = await (await fetch("/view", { cache: "no-store" })).json();
    showParts(view);
    view.replicas.forEach(showReplica);
    showLines(view.lines);
  } catch {
    put(is("in"), "The demo has ended.");
    put(is("alone"), "");
  }
}
async function askAgain() {
  await ask();
  setTimeout(askAgain, 500);
}
const post = (path) => fetch(path, { method: "POST" }).catch(() => {});
async function healEverything() {
  await Promise.all(all("[data-toggle].dead").map((dead) => post("/heal/" + dead.dataset.toggle)));
  if (view && view.source.quality !== "good") await post("/publish/good");
}
async function press(button) {
  const { post: path, toggle, healAll } = button.dataset;
  if (path) await post(path);
  if (toggle) await post((button.classList.contains("dead") ? "/heal/" : "/kill/") + toggle);
  if (healAll !== undefined) await healEverything();
  await ask();
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) press(button);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !one("#keys").checked) return;
  const button = one('[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
  if (button) press(button);
});
askAgain();
`;
