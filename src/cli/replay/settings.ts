import type { LegName } from '../../capture/index.ts';
import { parseDuration } from '../../config/index.ts';
import { type Address, parseAddress } from '../../core/address.ts';

/** Connections at a time where nothing is said, and at most. */
export const CONCURRENCY_DEFAULT = 100;
export const CONCURRENCY_MAX = 10_000;
/** How long an answer is waited for where nothing is said, and at most. */
export const TIMEOUT_DEFAULT = '10s';
export const TIMEOUT_MS_MAX = 3_600_000;
/** Times the speed of the capture, beside `max`. */
export const SPEED_MIN = 0.001;
export const SPEED_MAX = 10_000;

/** What `sluice replay` is told, as it was typed. */
export interface ReplayOptions {
  readonly to: string;
  readonly speed?: string;
  readonly timeout?: string;
  readonly concurrency?: string;
  readonly leg: LegName;
  readonly json: boolean;
}

/** The same, read. */
export interface ReplaySettings {
  readonly to: Address;
  /** By what the times of the capture are divided; Infinity: nothing waits for its time. */
  readonly speed: number;
  /** How long nothing may happen while a connection or an answer is waited for. */
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly leg: LegName;
  readonly isJson: boolean;
}

/** Reads the flags; in words what is wrong with them. */
export function settingsOf(options: ReplayOptions): ReplaySettings | string {
  const {
    speed: speedText = '1',
    timeout = TIMEOUT_DEFAULT,
    concurrency: count = `${CONCURRENCY_DEFAULT}`,
  } = options;
  const to = parseAddress(options.to);
  if (typeof to === 'string') return `--to: ${to}`;
  if (to.kind === 'tcp' && to.port === 0) return '--to: port 0 is nobody';
  const speed = speedText === 'max' ? Number.POSITIVE_INFINITY : decimal(speedText);
  if (speedText !== 'max' && !(speed >= SPEED_MIN && speed <= SPEED_MAX))
    return `--speed: expected a number from ${SPEED_MIN} to ${SPEED_MAX}, or max; got "${speedText}"`;
  const timeoutMs = parseDuration(timeout) ?? 0;
  if (timeoutMs < 1 || timeoutMs > TIMEOUT_MS_MAX)
    return `--timeout: expected a time with its unit, up to 1h, such as ${TIMEOUT_DEFAULT}; got "${timeout}"`;
  const concurrency = decimal(count);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > CONCURRENCY_MAX)
    return `--concurrency: expected a whole number from 1 to ${CONCURRENCY_MAX}; got "${count}"`;
  return { to, speed, timeoutMs, concurrency, leg: options.leg, isJson: options.json };
}

function decimal(text: string): number {
  return /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
}
