import { type IncomingMessage, request as plain } from 'node:http';
import { request as overTls } from 'node:https';
import { messageOf } from '../../core/error-fact.ts';
import { SluiceError } from '../../core/errors.ts';
import type { AdminAccess } from '../admin-access.ts';

/** Bytes read of what the service says of a refusal. */
const REFUSAL_BYTES_MAX = 64 * 1024;

export interface Asking {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** The reply of the admin server once its header has come. Rejects with CAPTURE_FAILED where it refuses, or is not there. */
export async function ask(access: AdminAccess, asking: Asking): Promise<IncomingMessage> {
  const { place } = access;
  const reply = await send(access, asking).catch((error: unknown) => {
    const where = 'socketPath' in place ? place.socketPath : `${place.host}:${place.port}`;
    throw new SluiceError(
      'CAPTURE_FAILED',
      `the admin address ${where} does not answer: ${messageOf(error)}`,
    );
  });
  if (reply.statusCode === 200) return reply;
  throw new SluiceError('CAPTURE_FAILED', await refusalOf(reply));
}

function send({ place, token, ca }: AdminAccess, { method, path, body }: Asking): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...('socketPath' in place ? { host: 'localhost' } : {}),
    };
    const options = { ...place, method, path, headers, agent: false as const };
    const sent =
      place.protocol === 'https:' ? overTls({ ...options, ...(ca === null ? {} : { ca }) }) : plain(options);
    sent.on('response', resolve).on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The `detail` of problem details (RFC 9457), or the status alone. */
async function refusalOf(reply: IncomingMessage): Promise<string> {
  const what = `the service answers ${reply.statusCode}`;
  let text = '';
  try {
    for await (const piece of reply) if (text.length < REFUSAL_BYTES_MAX) text += String(piece);
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === 'string' ? detail : what;
  } catch {
    return what;
  }
}
