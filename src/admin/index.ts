export { CHART_NAMES, CHARTS, type ChartName } from './chart/charts.ts';
export { chartDefinition, chartJson } from './chart/definition.ts';
export { chartMermaid } from './chart/mermaid.ts';
export { chartSvg } from './chart/svg.ts';
export { type Admin, startAdmin } from './server.ts';
