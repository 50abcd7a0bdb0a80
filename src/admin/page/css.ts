import { CHART_CSS } from '../chart/css.ts';

/** Style of the page; the chart's own comes first, its colour is the page's. */
export const PAGE_CSS = `${CHART_CSS}
:root { --text: #1f2328; --soft: #656d76; --line: #d8dee4; --back: #ffffff; --panel: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; --live: #0969da; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9198a1; --line: #30363d; --back: #0d1117;
  --panel: #151b23; --good: #3fb950; --bad: #f85149; --live: #58a6ff; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 20px 24px; background: var(--back); color: var(--text);
  font: 14px/1.45 system-ui, sans-serif; }
header { display: flex; align-items: center; gap: 12px; margin-bottom: 16px; }
h1 { font-size: 20px; margin: 0; }
h2 { font-size: 12px; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); margin: 20px 0 6px; }
section > h2:first-child, .bar h2 { margin-top: 0; }
#summary, footer { color: var(--soft); }
.pill { padding: 1px 10px; border-radius: 999px; border: 1px solid currentColor; font-size: 12px; color: var(--soft); }
.pill.good, .good { color: var(--good); }
.pill.bad, .bad { color: var(--bad); }
main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 28px; align-items: start; }
@media (max-width: 1100px) { main { grid-template-columns: minmax(0, 1fr); } }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 12px; text-align: left; white-space: nowrap; }
th { font-weight: 500; color: var(--soft); font-size: 12px; }
thead th { background: var(--panel); border-bottom: 1px solid var(--line); }
tbody + tbody { border-top: 1px solid var(--line); }
tbody th { font-weight: 600; color: var(--text); padding-top: 8px; }
tbody small { font-weight: 400; color: var(--soft); margin-left: 6px; }
.retired { color: var(--soft); }
.number { text-align: right; }
td.address { font-family: ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace; font-size: 12px; }
.health::before { content: '\\25cf'; margin-right: 6px; }
.rate { color: var(--soft); margin-left: 8px; display: inline-block; min-width: 78px; }
#ended { display: grid; grid-template-columns: max-content max-content minmax(0, 1fr); gap: 2px 12px; align-items: center; }
#ended .bar-outer { height: 8px; }
#ended .bar-inner { display: block; height: 8px; border-radius: 4px; background: var(--soft); opacity: .55; min-width: 2px; }
footer { margin-top: 24px; font-size: 12px; }
a { color: inherit; margin-right: 8px; }
.bar { display: flex; justify-content: space-between; align-items: center; }
select { font: inherit; font-size: 12px; color: inherit; background: var(--panel); border: 1px solid var(--line);
  border-radius: 6px; padding: 2px 6px; }
.chart { color: var(--text); display: block; width: 100%; max-width: 860px; height: auto; margin: 8px auto 0; }
.chart .counted .name { transform: translateY(-9px); }
.chart .counted rect { stroke: var(--live); stroke-opacity: 1; fill: var(--live); fill-opacity: .12; }
.chart .counted .count { fill: var(--live); font-weight: 700; transform: translateY(-4px); }
body.stale main { opacity: .45; }
`;
