import { SluiceError } from '../core/errors.ts';
import { compile } from './compile.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Issue } from './issue.ts';
import type { Loaded } from './parse.ts';
import { formatPath, type Path, sentence } from './show.ts';
import { validate } from './validate.ts';

/** Flags of `sluice LISTEN BACKEND...`, as they were typed; what is absent has the default of the configuration. */
export interface QuickFlags {
  /** `--rate-limit-up` and `--rate-limit-down`: rates such as 1MiB/s. */
  readonly rateLimit?: { readonly up?: string; readonly down?: string };
  /** `--tee`: a file name with {connection} and {direction}. */
  readonly tee?: string;
  readonly balance?: string;
  /** `--connect-timeout`: a duration. */
  readonly connectTimeout?: string;
  /** `--idle`: a duration, or never. */
  readonly idle?: string;
  /** `--metrics`: address of the Prometheus page. */
  readonly metrics?: string;
  /** `--admin`: a loopback address. */
  readonly admin?: string;
  /** `--otlp`: URL that takes traces. */
  readonly otlp?: string;
  /** `--workers`: auto, or a number of threads. */
  readonly workers?: string;
}

/** Names of the one listener and the one pool of a proxy without a file, in metrics and logs. */
const LISTENER = 'proxy';
const POOL = 'backends';

/**
 * The plan of a proxy without a file: one listener, one pool. Goes through the same schema as a file; throws
 * CONFIG_INVALID with one line `ARGUMENT: what is wrong …` for each mistake.
 */
export function quickConfig(
  listen: string,
  backends: readonly string[],
  flags: QuickFlags = {},
  environment: Environment = readEnvironment(),
): Loaded {
  const { config, issues } = validate(rawConfig(listen, backends, flags));
  if (config === null) {
    const errors = issues.filter((issue) => issue.severity === 'error').map(line);
    throw new SluiceError('CONFIG_INVALID', errors.join('\n'));
  }
  const compiled = compile(config, environment, '.');
  return { plan: compiled.plan, warnings: [...issues, ...compiled.issues].map(line), files: [], text: null };
}

/** What a file would hold. */
function rawConfig(listen: string, backends: readonly string[], flags: QuickFlags): Record<string, unknown> {
  const { rateLimit, tee, balance, connectTimeout, idle, metrics, admin, otlp, workers } = flags;
  const stages = [
    ...(rateLimit === undefined ? [] : [{ rate_limit: rateLimit }]),
    ...(tee === undefined ? [] : [{ tee: { file: tee } }]),
  ];
  return {
    listeners: [{ name: LISTENER, listen, to: POOL, ...(stages.length === 0 ? {} : { stages }) }],
    pools: {
      [POOL]: {
        backends,
        ...(balance === undefined ? {} : { balance }),
        ...(connectTimeout === undefined ? {} : { connect: { timeout: connectTimeout } }),
      },
    },
    ...(idle === undefined ? {} : { timeouts: { idle } }),
    telemetry: {
      ...(otlp === undefined ? {} : { traces: { otlp } }),
      ...(metrics === undefined ? {} : { metrics: { prometheus: metrics } }),
    },
    ...(admin === undefined ? {} : { admin: { listen: admin } }),
    ...(workers === undefined ? {} : { workers: /^\d{1,15}$/.test(workers) ? Number(workers) : workers }),
  };
}

/** Which argument stands at a path of the configuration; the last step of its own is left to the message. */
function argumentOf(path: Path): string {
  const text = formatPath(path);
  const backend = /^pools\.backends\.backends\[(\d+)\]/.exec(text)?.[1];
  if (backend !== undefined) return `BACKEND ${Number(backend) + 1}`;
  const rate = /\.rate_limit\.(up|down)$/.exec(text)?.[1];
  if (rate !== undefined) return `--rate-limit-${rate}`;
  return ARGUMENTS.find(([part]) => text.includes(part))?.[1] ?? text;
}

const ARGUMENTS = [
  ['.listen', 'LISTEN'],
  ['pools.backends.backends', 'BACKEND'],
  ['.rate_limit', '--rate-limit-up, --rate-limit-down'],
  ['.tee', '--tee'],
  ['.balance', '--balance'],
  ['.connect.timeout', '--connect-timeout'],
  ['timeouts.idle', '--idle'],
  ['.prometheus', '--metrics'],
  ['traces.otlp', '--otlp'],
  ['workers', '--workers'],
] as const;

function line(issue: Issue): string {
  const argument = issue.path[0] === 'admin' ? '--admin' : argumentOf(issue.path);
  const message = issue.message
    .replaceAll(/pools\.backends\.backends\[(\d+)\]/g, (_, index) => `BACKEND ${Number(index) + 1}`)
    .replaceAll('listeners[0].listen', 'LISTEN')
    .replaceAll('telemetry.metrics.prometheus', '--metrics');
  return sentence(argument === '' ? message : `${argument}: ${message}`);
}
