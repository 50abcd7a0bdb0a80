export { CHART_NAMES, CHARTS, type ChartName } from './chart/charts.ts';
export { chartDefinition, chartJson } from './chart/definition.ts';
export { chartMermaid } from './chart/mermaid.ts';
export { chartSvg } from './chart/svg.ts';
export type { AdminWrite } from './respond.ts';
export { type Admin, type AdminOptions, startAdmin } from './server.ts';
