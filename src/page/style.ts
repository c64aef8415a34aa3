/** The style sheet. No information is in the colours alone. Each colour has a contrast of at least 4.5. */
export const STYLE: string = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #fff; --ink: #1d2126; --soft: #59616b; --line: #d9dde2;
  --READY: #1a7f4b; --STALE: #9a6200; --LOADING: #1c67b0; --NOT_LOADED: #b3261e; --bad-ground: #fdecea; --good-ground: #e7f5ec; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1d2126; --ink: #e8eaed; --soft: #a7b0ba;
  --line: #363d45; --READY: #5bd08f; --STALE: #f0b357; --LOADING: #7db8f5; --NOT_LOADED: #ff8a80; --bad-ground: #3a1d1b;
  --good-ground: #17301f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.45 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.verdict { padding: .75rem 1rem; border-radius: .5rem; border-left: .375rem solid; font-weight: 600; }
.verdict.good { background: var(--good-ground); border-color: var(--READY); }
.verdict.bad { background: var(--bad-ground); border-color: var(--NOT_LOADED); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .875rem; min-width: 0; }
.card header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin-bottom: .5rem; }
.badge { border: 1px solid; border-radius: 1rem; padding: .0625rem .625rem; font-size: .8125rem; font-weight: 600; }
.badge.s-READY { color: var(--READY); } .badge.s-STALE { color: var(--STALE); }
.badge.s-LOADING { color: var(--LOADING); } .badge.s-NOT_LOADED { color: var(--NOT_LOADED); }
.note { color: var(--soft); font-size: .875rem; }
.error { color: var(--NOT_LOADED); }
svg { display: block; width: 100%; }
.bar { height: 1.125rem; } .strip { height: .5rem; margin-top: .375rem; }
.track { fill: var(--line); } rect.s-READY { fill: var(--READY); } rect.s-STALE { fill: var(--STALE); }
rect.s-LOADING { fill: var(--LOADING); } rect.s-NOT_LOADED { fill: var(--NOT_LOADED); } .limit { fill: var(--ink); }
dl { margin: .75rem 0 0; display: grid; gap: .25rem; }
dl div { display: grid; grid-template-columns: minmax(6.5rem, 40%) 1fr; gap: .5rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); }
th, td { text-align: left; padding: .375rem .625rem; border-top: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
thead th { color: var(--soft); font-weight: 500; font-size: .875rem; } tbody th { font-weight: 600; }
#probes th, #probes td:nth-child(2) { white-space: nowrap; overflow-wrap: normal; }
.lines { table-layout: fixed; } .lines th:nth-child(1), .lines td:nth-child(1) { width: 9rem; }
.lines th:nth-child(2) { width: 22%; } tr.bad td { color: var(--NOT_LOADED); }
footer { color: var(--soft); margin-top: 1.5rem; } a { color: inherit; }
@media (max-width: 40rem) { .lines, .lines tbody, .lines tr, .lines th, .lines td { display: block; width: auto; }
  .lines thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .lines tr { border-top: 1px solid var(--line); padding: .375rem 0; } .lines tbody th, .lines tbody td { border: 0; padding: 0 .625rem; }
  .lines td:nth-child(1), .lines th:nth-child(1) { width: auto; color: var(--soft); } }
a:focus-visible { outline: 3px solid var(--LOADING); outline-offset: 2px; }
`;
