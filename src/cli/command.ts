import type { ChartName } from '../admin/index.ts';
import type { QuickFlags } from '../config/index.ts';
import type { CaptureOptions } from './capture/index.ts';
import type { ExplainOptions } from './explain/index.ts';
import type { ReplayOptions } from './replay/index.ts';
import type { TopOptions } from './top/index.ts';

/** What a command line asks for. */
export type Command =
  | { readonly kind: 'run'; readonly file: string }
  | { readonly kind: 'check'; readonly file: string }
  | { readonly kind: 'explain'; readonly file: string; readonly options: ExplainOptions }
  | { readonly kind: 'replay'; readonly file: string; readonly options: ReplayOptions }
  | { readonly kind: 'capture'; readonly options: CaptureOptions }
  | { readonly kind: 'top'; readonly options: TopOptions }
  | {
      readonly kind: 'quick';
      readonly listen: string;
      readonly backends: readonly string[];
      readonly flags: QuickFlags;
    }
  /** `machine` null: all of them. */
  | { readonly kind: 'machines'; readonly format: ChartFormat; readonly machine: ChartName | null }
  /** `accessLog` null: on, unless standard output is a terminal. */
  | { readonly kind: 'demo'; readonly printConfig: boolean; readonly accessLog: boolean | null }
  /** Help and version (exit 0), or what is wrong with the command line (exit 2). */
  | { readonly kind: 'print'; readonly text: string; readonly exit: 0 | 2 };

export const CHART_FORMATS = ['json', 'mermaid'] as const;
export type ChartFormat = (typeof CHART_FORMATS)[number];
