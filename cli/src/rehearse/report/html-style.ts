/** The style sheet of the page. It supports light and dark mode, and fits a phone. */
export const STYLE: string = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#57606a;--paper:#fff;--line:#d0d7de;--good:#1a7f37;--bad:#b3261e;--card:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa6b2;--paper:#0d1117;--line:#30363d;--good:#4fae78;--bad:#ff8f86;--card:#161b22}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.4rem;margin:.5rem 0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{margin:.4rem 0}.soft{color:var(--soft)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600}
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}.late,.warning{color:var(--soft)}
pre{background:var(--card);padding:.6rem .8rem;overflow-x:auto;border-radius:6px;margin:.3rem 0}
ol{padding-left:1.3rem}li{margin:.5rem 0}
label{display:flex;flex-wrap:wrap;gap:.2rem .8rem;align-items:center;margin:.6rem 0}
select,input{font:inherit;accent-color:var(--good)}input[type=range]{flex:1;min-width:12rem;height:2rem}
output{min-width:9rem;font-variant-numeric:tabular-nums}
img{display:block;min-width:40rem;width:100%;max-width:50rem;height:auto}
details{margin:.4rem 0;border-bottom:1px solid var(--line)}summary{cursor:pointer;padding:.5rem 0;font-weight:600}
@media (max-width:40rem){
table,tbody,tr,td{display:block}thead{display:none}
tr{border-bottom:1px solid var(--line);padding:.5rem 0}td{border:0;padding:.1rem 0}
td[data-name]::before{content:attr(data-name) ": ";color:var(--soft);font-weight:400}
}`;
