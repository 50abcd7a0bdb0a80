import {
  CHART_NAMES,
  CHARTS,
  type ChartName,
  chartDefinition,
  chartJson,
  chartMermaid,
} from '../admin/index.ts';
import { describePlan, type Loaded, loadConfig, quickConfig, readFileOrWhy } from '../config/index.ts';
import { createNetPlane } from '../plane/net/index.ts';
import { capture } from './capture/index.ts';
import type { ChartFormat, Command } from './command.ts';
import { runDemo } from './demo/index.ts';
import { explain } from './explain/index.ts';
import { HOST } from './host.ts';
import { type Output, tellWarnings } from './output.ts';
import { replay } from './replay/index.ts';
import { serve } from './serve.ts';
import { top } from './top/index.ts';

/** Does what a command line asks for; resolves with the exit code when it is done. Rejects where it fails. */
export async function execute(command: Command, output: Output): Promise<number> {
  switch (command.kind) {
    case 'print':
      (command.exit === 0 ? output.out : output.err)(command.text);
      return command.exit;
    case 'check':
      output.out(describePlan(warned(loadConfig(command.file), output).plan));
      return 0;
    case 'explain': {
      const { plan } = warned(loadConfig(command.file), output);
      const { text, exit } = explain(plan, command.options, readFileOrWhy);
      (exit === 2 ? output.err : output.out)(text);
      return exit;
    }
    case 'replay':
      return replay(command.file, command.options, readFileOrWhy, createNetPlane, output);
    case 'machines':
      output.out(charts(command.format, command.machine));
      return 0;
    case 'run': {
      const { plan, files, text } = warned(loadConfig(command.file), output);
      await serve(plan, output, { file: command.file, files, text });
      return 0;
    }
    case 'quick':
      await serve(warned(quickConfig(command.listen, command.backends, command.flags), output).plan, output);
      return 0;
    case 'capture':
      return capture(command.options, output, HOST, readFileOrWhy);
    case 'top':
      return top(command.options, output, readFileOrWhy);
    case 'demo':
      await runDemo(command, output);
      return 0;
  }
}

function warned(loaded: Loaded, output: Output): Loaded {
  tellWarnings(loaded.warnings, output);
  return loaded;
}

/** One chart as it stands; all of them as one JSON object by name, or as Mermaid diagrams one after the other. */
function charts(format: ChartFormat, machine: ChartName | null): string {
  if (machine !== null) return format === 'json' ? chartJson(CHARTS[machine]) : chartMermaid(CHARTS[machine]);
  if (format === 'mermaid') return CHART_NAMES.map((name) => chartMermaid(CHARTS[name])).join('\n');
  const all = Object.fromEntries(CHART_NAMES.map((name) => [name, chartDefinition(CHARTS[name])]));
  return `${JSON.stringify(all, null, 2)}\n`;
}
