/** The report's whole style sheet: the page must look right from a mail or a memory stick, with no network. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5a6675; --paper: #fff; --line: #dfe4ea; --soft: #f4f6f8; --accent: #0060a0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --dim: #a3afbd; --paper: #15191f; --line: #303842; --soft: #1d232b; --accent: #6fb6ea; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 64rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .6rem; }
p.lead { color: var(--dim); margin: .3rem 0 0; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.figures li { background: var(--soft); border: 1px solid var(--line); border-radius: 10px; padding: .7rem 1rem; min-width: 10rem; }
.figures b { display: block; font-size: 1.5rem; font-weight: 650; } .figures span { color: var(--dim); font-size: .85rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--dim); padding-bottom: .4rem; font-size: .9rem; }
th, td { padding: .38rem .6rem; border-bottom: 1px solid var(--line); text-align: right; } th { font-weight: 600; }
table.runs th:first-child, table.runs td:first-child, table.runs td.text, table.runs th.text { text-align: left; }
td.best { font-weight: 700; color: var(--accent); }
.swatch { display: inline-block; width: .7rem; height: .7rem; border-radius: 3px; margin-right: .5rem; vertical-align: -1px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(21rem, 1fr)); gap: 1.2rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 10px; padding: .8rem; } figcaption { font-weight: 600; margin-bottom: .3rem; }
svg { width: 100%; height: auto; display: block; } svg text { font: 11px system-ui, sans-serif; fill: var(--dim); } .grid { stroke: var(--line); }
.scroll { overflow-x: auto; }
table.confusion { width: auto; font-size: .85rem; } table.confusion th[scope=row] { text-align: right; white-space: nowrap; }
table.confusion thead th { height: 8rem; vertical-align: bottom; padding: .2rem; } table.confusion thead span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
table.confusion td { min-width: 2.4rem; text-align: center; } td.total { color: var(--dim); }
td.hit { background: rgb(0 114 178 / calc(var(--share) * .55)); } td.miss { background: rgb(213 94 0 / calc(var(--share) * .9)); }
.none { color: var(--dim); } footer { margin-top: 3rem; color: var(--dim); font-size: .85rem; }
`;
