import { messageOf } from '../core/error-fact.ts';
import { SluiceError } from '../core/errors.ts';
import type { StatusSource } from '../core/status.ts';
import { jsonReply, problemReply, type Reply } from './reply.ts';

/** Does what a body asks for and tells how it went. Never rejects. */
export type Write = (text: string, source: StatusSource) => Promise<Reply>;

/**
 * Puts the configuration in the body in force: 200 with what has changed, 422 where it is wrong, 409 where the service
 * cannot take it (a port is taken, it is being stopped). Where it is not 200 the old one is still in force.
 */
export async function putConfig(text: string, source: StatusSource): Promise<Reply> {
  if (source.reload === undefined) return problemReply(501, 'this service cannot be reloaded');
  try {
    return jsonReply(await source.reload(text));
  } catch (error) {
    return failureReply(error);
  }
}

function failureReply(error: unknown): Reply {
  if (!(error instanceof SluiceError)) {
    const message = messageOf(error);
    return problemReply(500, `internal error: ${message}`);
  }
  return problemReply(error.code === 'CONFIG_INVALID' ? 422 : 409, error.message, {}, { code: error.code });
}
