/** Style of a chart's picture that stands alone; the page has one of its own. Everything is drawn in one colour. */
export const CHART_CSS = `
.chart { color: #1f2328; font-family: system-ui, sans-serif; }
.chart rect { fill: currentColor; fill-opacity: .03; stroke: currentColor; stroke-opacity: .3; }
.chart .frame text { font-size: 13px; fill: currentColor; opacity: .65; }
.chart .state rect { fill-opacity: .05; stroke-opacity: .75; stroke-width: 1.5; }
.chart .name { font-size: 14px; font-weight: 600; text-anchor: middle; dominant-baseline: central; fill: currentColor; }
.chart .count { font-size: 15px; text-anchor: middle; dominant-baseline: central; fill: currentColor; }
.chart .wire path { fill: none; stroke: currentColor; stroke-opacity: .5; stroke-width: 1.3; }
.chart .wire .arrow, .chart .wire circle { fill: currentColor; stroke: none; opacity: .75; }
.chart .label { font: 11px ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace; fill: currentColor; opacity: .8; }
@media (prefers-color-scheme: dark) { .chart { color: #e6edf3; } }
`;
