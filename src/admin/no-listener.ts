import { problemReply, type Reply } from './reply.ts';

/** The answer where a request names a listener that is not there. */
export function noListener(): Reply {
  return problemReply(404, 'there is no listener of this name; /v1/listeners has them all');
}
