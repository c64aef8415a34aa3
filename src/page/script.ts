/**
 * The script of the page. It replaces only the parts that have changed. A selection and the position of a screen reader
 * are then kept. After the stream ends, the script polls every five seconds.
 */
export const SCRIPT: string = `
(() => {
  const address = (name) => { const url = new URL(location.href); url.searchParams.set(name, "1"); url.hash = ""; return url; };
  const parts = (root) => [...root.querySelectorAll("[data-part]")];
  const show = (text) => {
    const next = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    const main = document.querySelector("main");
    if (!next || !main) return;
    const ids = (root) => parts(root).map(({ id }) => id).join();
    if (ids(next) !== ids(main)) return main.replaceWith(next);
    for (const part of parts(next)) {
      const old = document.getElementById(part.id);
      if (!old.isEqualNode(part)) {
        if (part.id === "verdict") { old.className = part.className; old.textContent = part.textContent; }
        else if (!old.contains(document.activeElement)) old.replaceWith(part);
      }
    }
    const verdict = document.getElementById("verdict").textContent;
    document.title = verdict.replace("Readiness answers ", "");
  };
  const poll = async () => {
    try {
      const answer = await fetch(address("part"), { cache: "no-store" });
      if (answer.ok) show(await answer.text());
      else if (answer.status === 404) return;
    } catch {}
    setTimeout(poll, 5000);
  };
  if (document.documentElement.dataset.live !== "stream" || typeof EventSource === "undefined") return void setTimeout(poll, 5000);
  const source = new EventSource(address("live"));
  source.onmessage = ({ data }) => show(data);
  source.onerror = () => { source.close(); setTimeout(poll, 2000); };
})();
`;
