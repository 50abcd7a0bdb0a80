/** One sample of a Prometheus page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus page that was read. */
export class Metrics {
  readonly samples: readonly Sample[];

  constructor(samples: readonly Sample[]) {
    this.samples = samples;
  }

  /** The samples of this name that carry at least these labels. */
  select(name: string, labels: Readonly<Record<string, string>> = {}): readonly Sample[] {
    return this.samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  }

  /** Their sum; 0 where there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.select(name, labels).reduce((total, sample) => total + sample.value, 0);
  }
}

/** Reads the Prometheus text format, version 0.0.4. Throws at a line it cannot read: a page has to be well formed. */
export function parsePrometheus(page: string): Metrics {
  const lines = page.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return new Metrics(lines.map(parseSample));
}

function parseSample(line: string): Sample {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/.exec(line);
  const value = parseValue(match?.[3] ?? '');
  if (match?.[1] === undefined || value === null) throw new Error(`not a Prometheus sample: ${line}`);
  return { name: match[1], labels: parseLabels(match[2] ?? ''), value };
}

function parseValue(text: string): number | null {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  if (text === 'NaN') return Number.NaN;
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? null : value;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const label = /\s*([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;
  while (label.lastIndex < text.length) {
    const at = label.lastIndex;
    const match = label.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) {
      throw new Error(`not Prometheus labels: ${text.slice(at)}`);
    }
    labels[match[1]] = match[2].replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}
