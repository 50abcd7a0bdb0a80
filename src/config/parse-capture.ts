import { z } from 'zod';
import {
  CAPTURE_BYTES_MAX,
  CAPTURE_MS_MAX,
  type CaptureFilter,
  type CaptureRequest,
} from '../core/capture-control.ts';
import type { Cidr } from '../core/cidr.ts';
import { parseConnectionId } from '../core/connection-id.ts';
import { SluiceError } from '../core/errors.ts';
import type { StageTarget } from '../core/stage-control.ts';
import { SNAP_BYTES_MAX } from '../core/tee-plan.ts';
import * as defaults from './defaults.ts';
import { MATCH_VALUES_MAX, SNAP_BYTES_MIN } from './limits.ts';
import { network } from './places.ts';
import { duration, size } from './quantities.ts';
import { formatPath, sentence } from './show.ts';

const CAPTURE_BYTES_MIN = 4096;
const MISTAKES_SHOWN_MAX = 16;

const capture = z.strictObject({
  listener: z.string('expected the name of a listener').optional(),
  connection: z.string('expected the id of a connection, twelve hex digits').optional(),
  for: duration({ max: CAPTURE_MS_MAX }).prefault(defaults.CAPTURE_FOR),
  max_bytes: size(CAPTURE_BYTES_MIN, CAPTURE_BYTES_MAX).prefault(defaults.CAPTURE_MAX_BYTES),
  snaplen: size(SNAP_BYTES_MIN, SNAP_BYTES_MAX).prefault(SNAP_BYTES_MAX),
  filter: z
    .strictObject({
      client: z.array(network(), 'expected a list of networks').max(MATCH_VALUES_MAX).optional(),
      route: z.array(z.string(), 'expected a list of names of routes').max(MATCH_VALUES_MAX).optional(),
    })
    .optional(),
});

/**
 * What is to be captured, as JSON has it: `{"listener": "edge", "for": "30s", "filter": {"client": ["10.0.0.0/8"]}}`. Throws
 * CONFIG_INVALID with one line for each mistake.
 */
export function parseCapture(value: unknown): CaptureRequest {
  const result = capture.safeParse(value);
  if (!result.success) {
    const lines = result.error.issues.map(({ path, message }) => {
      const where = formatPath(path.map((step) => (typeof step === 'number' ? step : String(step))));
      return sentence(where === '' ? message : `${where}: ${message}`);
    });
    throw new SluiceError('CONFIG_INVALID', lines.slice(0, MISTAKES_SHOWN_MAX).join('\n'));
  }
  const { listener, connection, filter = {}, snaplen, max_bytes, for: forMs } = result.data;
  return {
    target: targetOf(listener, connection),
    filter: filterOf(filter.client, filter.route),
    forMs,
    bytesMax: max_bytes,
    snapBytes: snaplen,
  };
}

function filterOf(clients: readonly Cidr[] = [], routes: readonly string[] = []): CaptureFilter {
  return { clients, routes };
}

function targetOf(listener: string | undefined, text: string | undefined): StageTarget {
  if ((listener === undefined) === (text === undefined))
    throw new SluiceError('CONFIG_INVALID', 'expected either "listener" or "connection"');
  if (listener !== undefined) return { listener };
  const connection = parseConnectionId(text as string);
  if (connection === null)
    throw new SluiceError('CONFIG_INVALID', 'connection: this is no id; up to twelve hex digits are');
  return { connection };
}
