import { checkBody } from '../../src/admin/check-input.ts';
import { type Asked, decide } from '../../src/admin/decide.ts';
import type { Reply } from '../../src/admin/reply.ts';
import { failureReply } from '../../src/admin/respond.ts';
import type { Address } from '../../src/core/address.ts';
import type { StatusSource } from '../../src/core/status.ts';

export const LOOPBACK: Address = { kind: 'tcp', host: '127.0.0.1', port: 9900 };

/** A plain request of a program on this machine. */
export const GET: Asked = {
  method: 'GET',
  target: '/',
  hasBody: false,
  length: undefined,
  host: '127.0.0.1:9900',
  origin: undefined,
  authorization: undefined,
  type: undefined,
  encoding: undefined,
};

/** The answer to a request without the wire: `METHOD /path`, and a body that is a text of YAML or a value of JSON. */
export async function ask(source: StatusSource, line: string, body?: unknown): Promise<Reply> {
  const [method = '', target = ''] = line.split(' ');
  const isYaml = typeof body === 'string';
  const text = body === undefined ? '' : isYaml ? body : JSON.stringify(body);
  const type = body === undefined ? undefined : isYaml ? 'application/yaml' : 'application/json';
  const asked = { ...GET, method, target, hasBody: text !== '', length: Buffer.byteLength(text), type };
  const decision = decide(asked, { bound: LOOPBACK, source, token: null, tokenName: null, isTls: false });
  if (decision.kind === 'reply') return decision.reply;
  const { endpoint, path, query } = decision;
  const checked = endpoint.body === undefined ? { value: undefined } : checkBody(endpoint.body, text);
  if ('detail' in checked) throw new Error(`a body that is refused: ${checked.detail}`);
  try {
    return await endpoint.handle({
      source,
      path,
      query,
      body: checked.value,
      by: 'a test',
      lastEventId: null,
    });
  } catch (error) {
    return failureReply(error);
  }
}

/** The body of a reply, which is JSON. */
export function jsonOf({ body }: Reply): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}
