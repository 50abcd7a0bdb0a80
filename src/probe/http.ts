import type { HttpProbePlan } from '../core/health-plan.ts';
import { bytesOfText, NO_BYTES } from './bytes.ts';
import type { ProbePlace, Script } from './dialogue.ts';
import { httpReader } from './http-answer.ts';
import { patternOf } from './patterns.ts';

/** One request of HTTP/1.1 that asks the server to close (RFC 9112). */
export function http(plan: HttpProbePlan, { authority }: ProbePlace): Script {
  const { method, path, host, headers, status } = plan;
  const ranges = status.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
  const body = plan.body === null ? null : patternOf(plan.body);
  const expected = `a status of ${ranges}${body === null ? '' : ` and ${body.expected} in the body`}`;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...usualHeaders(host ?? authority)
      .filter(([name]) => !headers.some(([given]) => given.toLowerCase() === name.toLowerCase()))
      .concat(headers)
      .map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ];
  const isGood = (code: number): boolean => status.some(({ from, to }) => code >= from && code <= to);
  return {
    steps: [
      {
        send: bytesOfText(lines.join('\r\n')),
        await: { expected, listen: () => httpReader({ method, isGood, expected, body }) },
      },
    ],
    farewell: NO_BYTES,
  };
}

function usualHeaders(host: string): (readonly [string, string])[] {
  return [
    ['Host', host],
    ['User-Agent', 'sluice'],
    ['Accept', '*/*'],
    ['Connection', 'close'],
  ];
}
