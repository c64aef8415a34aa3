import { REFUSE_MS, STALE_MS } from "../standing.ts";

export const STYLE: string = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #556070; --line: #d5dce5; --back: #f6f8fa; --card: #fff; --ok: #12703b; --warn: #8a5300; --no: #b3261e; --okb: #dff3e6; --warnb: #fbecd2; --nob: #fbe0de; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b5; --line: #2c3542; --back: #12161c; --card: #1a2028; --ok: #5fd38d; --warn: #f0b35a; --no: #ff8a80; --okb: #16301f; --warnb: #37290f; --nob: #3b1c1a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.45 system-ui, sans-serif; }
main { max-width: 80rem; margin: 0 auto; padding: 1.2rem 1rem; }
h1 { margin: 0; font-size: 1.6rem; } h2 { font-size: 1.05rem; margin: 0; display: flex; align-items: center; justify-content: space-between; gap: .5rem; }
h2.log { margin: 1.2rem 0 .4rem; }
p { color: var(--soft); margin: .2rem 0 .7rem; }
a { color: inherit; }
.verdict p { font-size: 1.1rem; } .verdict b { color: var(--ink); font-size: 1.5rem; margin-right: .4rem; }
.parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: .7rem; margin-bottom: .7rem; }
.replicas { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); gap: .7rem; }
section, #log { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; min-width: 0; }
section { display: flex; flex-direction: column; }
.say { font-size: .9rem; min-height: 4.4em; margin: .3rem 0 .5rem; } .why { font-size: .9rem; min-height: 2.9em; margin: .3rem 0 .4rem; }
.badge { font: 600 .85rem ui-monospace, monospace; padding: .1rem .5rem; border-radius: 1rem; background: var(--back); white-space: nowrap; }
.badge.ok { background: var(--okb); color: var(--ok); } .badge.warn { background: var(--warnb); color: var(--warn); } .badge.no { background: var(--nob); color: var(--no); }
.ok { color: var(--ok); } .warn { color: var(--warn); } .no { color: var(--no); }
.track { position: relative; height: .5rem; border-radius: 4px; background: var(--line); overflow: hidden; }
.track i { position: absolute; left: ${(STALE_MS / REFUSE_MS) * 100}%; top: 0; bottom: 0; width: 2px; background: var(--ink); }
.age { height: 100%; width: 0; background: currentColor; }
dl { display: grid; grid-template-columns: 5.2rem 1fr; margin: .5rem 0; font-size: .85rem; } dt { color: var(--soft); }
dd { margin: 0; min-height: 1.45em; font-family: ui-monospace, monospace; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.strip { display: flex; align-items: flex-end; gap: 1px; height: 2.4rem; margin-top: auto; }
.strip div { flex: 1; display: flex; flex-direction: column; justify-content: flex-end; height: 100%; }
.strip span { background: var(--ok); } .strip .givenAway { background: var(--warn); } .strip .refused { background: var(--no); }
.buttons, .foot { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem; margin-top: auto; font-size: .9rem; color: var(--soft); }
.foot { margin: .8rem 0 0; gap: 1rem; }
.chips { display: none; }
@media (max-width: 40rem) {
  .verdict { position: sticky; top: 0; z-index: 1; background: var(--back); margin: 0 -1rem .5rem; padding: .3rem 1rem .4rem; border-bottom: 1px solid var(--line); }
  .verdict p { margin: 0; font-size: .95rem; } .verdict b { font-size: 1.15rem; } .verdict .chips { display: flex; gap: .3rem; margin-top: .3rem; }
  .say, .why { min-height: 0; }
}
button { font: inherit; padding: .3rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--back); color: var(--ink); cursor: pointer; }
button.dead, button.heal { background: var(--ink); color: var(--back); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--ok); outline-offset: 2px; }
kbd { font: .8em ui-monospace, monospace; border: 1px solid; border-radius: 3px; padding: 0 .3em; opacity: .75; }
#log { margin: 0; padding-left: 1rem; list-style: none; font-size: .85rem; min-height: 3rem; overflow-wrap: anywhere; }
#log time { color: var(--soft); font-family: ui-monospace, monospace; margin-right: .6rem; } #log b { display: inline-block; min-width: 4rem; }
`;
