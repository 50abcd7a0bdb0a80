/** One kind of load. */
export type Work =
  | { readonly kind: 'bulk'; readonly streams: number; readonly seconds: number }
  | { readonly kind: 'requests'; readonly connections: number; readonly ms: number }
  | { readonly kind: 'connections'; readonly ms: number }
  | { readonly kind: 'idle-memory'; readonly connections: number };

/** Bytes of a message, each way. */
export const MESSAGE_BYTES = 256;
/** Connections that are opened at once under `connections`. */
export const AT_ONCE = 64;

/** What is measured, in this order in tables. */
export const FIGURES = {
  cpuPerGb: { title: 'CPU of the proxy', unit: 's/GB', digits: 3 },
  gbitPerSecond: { title: 'throughput', unit: 'Gbit/s', digits: 2 },
  perSecond: { title: 'rate', unit: '1/s', digits: 0 },
  p50: { title: 'p50', unit: 'us', digits: 1 },
  p99: { title: 'p99', unit: 'us', digits: 1 },
  p999: { title: 'p99.9', unit: 'us', digits: 1 },
  cpuUs: { title: 'CPU of the proxy each', unit: 'us', digits: 2 },
  kibPerConnection: { title: 'resident memory each', unit: 'KiB', digits: 2 },
} as const;

export type Figure = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as Figure[];

/** One load on one proxy in one round. */
export interface Sample {
  readonly section: string;
  readonly work: string;
  readonly proxy: string;
  readonly round: number;
  readonly figures: Readonly<Partial<Record<Figure, number>>>;
}

/** Unique within a section. */
export function workName(work: Work): string {
  switch (work.kind) {
    case 'bulk':
      return `bulk-${work.streams}`;
    case 'requests':
      return `requests-${work.connections}`;
    case 'connections':
    case 'idle-memory':
      return work.kind;
  }
}
