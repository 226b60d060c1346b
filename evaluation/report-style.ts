/** The look of the report: plain, readable at 360 px, light and dark. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6776; --line: #d5dbe3; --paper: #fff; --well: #f4f6f9; --blue: #1d62c9; --red: #c2381f; --green: #1f7a4d; --amber: #a35f00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #9aa7b6; --line: #36414f; --paper: #12171e; --well: #1a212b; --blue: #6ca6ff; --red: #ff8a70; --green: #5fce98; --amber: #f0b04f; } }
* { box-sizing: border-box; }
html[lang="zh"] .en, html[lang="en"] .zh { display: none; }
body { margin: 0 auto; max-width: 1240px; padding: 16px; font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 18px; margin: 36px 0 4px; } h3 { font-size: 15px; margin: 0; }
p { margin: 4px 0 12px; } .soft { color: var(--soft); }
header { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: baseline; justify-content: space-between; }
button { font: inherit; color: var(--blue); background: none; border: 1px solid var(--line); border-radius: 6px; padding: 4px 12px; cursor: pointer; }
a { color: var(--blue); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 8px; margin: 16px 0; }
.tile { background: var(--well); border-radius: 8px; padding: 8px 12px; } .tile b { display: block; font-size: 22px; font-variant-numeric: tabular-nums; } .tile span { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
th { color: var(--soft); font-weight: 500; } tr.total td { font-weight: 600; border-top: 2px solid var(--line); }
.matrix td.hit { background: color-mix(in srgb, var(--green) calc(var(--share) * 70%), var(--paper)); }
.matrix td.miss { background: color-mix(in srgb, var(--red) calc(var(--share) * 60%), var(--paper)); }
.matrix td.wrong { background: color-mix(in srgb, var(--amber) calc(var(--share) * 60%), var(--paper)); }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 360px), 1fr)); gap: 12px; }
.case { border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; min-width: 0; overflow-wrap: anywhere; } .case:target { outline: 2px solid var(--blue); }
.case p { font-size: 13px; margin: 2px 0 6px; }
svg { display: block; max-width: 100%; height: auto; } .scroll svg { max-width: none; } svg text { fill: var(--soft); font-size: 11px; } svg .strong { fill: var(--ink); }
.axis { stroke: var(--line); } .curve { stroke: var(--blue); fill: none; stroke-width: 1.4; } .mark { stroke: var(--red); stroke-dasharray: 3 3; } .dot { fill: var(--blue); fill-opacity: .45; } .middle { stroke: var(--ink); stroke-width: 2; } .bar { fill: var(--blue); } .limit { stroke: var(--red); stroke-dasharray: 5 4; }
`;
