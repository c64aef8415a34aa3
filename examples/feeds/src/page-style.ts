export const STYLE: string = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d8dee6; --back: #f6f8fa; --card: #fff; --ok: #12703b; --warn: #8a5300; --no: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b5; --line: #2c3542; --back: #12161c; --card: #1a2028; --ok: #5fd38d; --warn: #f0b35a; --no: #ff8a80; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { margin: 0; font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 0; }
main > h2 { margin: 1.5rem 0 .5rem; }
p { color: var(--soft); margin: .2rem 0 .8rem; }
.probes, .sources { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: .8rem; margin: 0 0 .8rem; padding: 0; list-style: none; }
.probes li, section, #log { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; min-width: 0; box-sizing: border-box; }
section { display: flex; flex-direction: column; }
.word, .state, pre, #log, dd { font-family: ui-monospace, monospace; }
.word { font-weight: 600; overflow-wrap: anywhere; } code { color: var(--soft); }
.state { float: right; font-size: .9rem; }
.ok { color: var(--ok); } .warn { color: var(--warn); } .no { color: var(--no); }
.track { position: relative; height: .5rem; border-radius: 4px; background: var(--line); overflow: hidden; }
.track i { position: absolute; left: 40%; top: 0; bottom: 0; width: 2px; background: var(--ink); }
.age { height: 100%; width: 0; background: currentColor; }
dl { display: grid; grid-template-columns: 5rem 1fr; margin: .6rem 0; font-size: .85rem; } dt { color: var(--soft); }
dd { margin: 0; min-height: 1.3rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.error { color: var(--no); font-size: .85rem; min-height: 4.5em; overflow-wrap: anywhere; }
pre { margin: .4rem 0 .8rem; padding: .5rem .6rem; background: var(--back); border-radius: 6px; font-size: .8rem; min-height: 5.2em; white-space: pre-wrap; overflow-wrap: anywhere; }
.buttons { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: auto; }
button { font: inherit; font-size: .9rem; padding: .3rem .7rem; border: 1px solid var(--line); border-radius: 6px; background: var(--back); color: var(--ink); cursor: pointer; }
button[aria-pressed="true"] { border-color: var(--no); color: var(--no); }
button.heal { background: var(--ink); color: var(--back); }
button:focus-visible { outline: 2px solid var(--ok); outline-offset: 2px; }
#log { margin: 0; padding-left: 2.6rem; font-size: .85rem; min-height: 3rem; overflow-wrap: anywhere; }
`;
