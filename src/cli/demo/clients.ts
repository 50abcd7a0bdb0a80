import type { Address } from '../../core/address.ts';
import { PLAIN_SOCKET } from '../../core/plain-socket.ts';
import type { Endpoint, EndpointObserver, Plane, Timers } from '../../core/ports.ts';
import { observing } from './observer.ts';

/** What a generated client does when it has connected, and what it listens to; it ignores the rest. */
export interface Script {
  readonly begin: () => void;
  readonly heard?: Partial<EndpointObserver>;
}

export type Behaviour = (endpoint: Endpoint, timers: Timers) => Script;

/** What a talking client says, how often, and the pause between. */
const TALK_LINES = 12;
const TALK_PAUSE_MS = 600;

/** What an uploading client sends before its FIN: more than the echo's rate limit passes back in a second. */
const UPLOAD_BYTES = 160 * 1024;

/** Asks the web for a path, reads the answer to its end and sends its own FIN so much later. */
export function asking(path: string, finDelayMs = 0): Behaviour {
  return (endpoint, timers) => ({
    begin: () => send(endpoint, `GET ${path} HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n\r\n`),
    heard: { fin: () => void timers.after(finDelayMs, () => endpoint.end()) },
  });
}

/** Sends a line now and then, for some seconds. */
export function talking(endpoint: Endpoint, timers: Timers): Script {
  let left = TALK_LINES;
  const say = (): void => {
    if (left === 0) {
      endpoint.end();
      return;
    }
    left--;
    send(endpoint, `${left} lines left\n`);
    timers.after(TALK_PAUSE_MS, say);
  };
  return { begin: say };
}

/** Sends a lot and FIN at once, then reads until the answer is over: the proxy holds it half-closed. */
export function uploading(endpoint: Endpoint): Script {
  const begin = (): void => {
    send(endpoint, 'u'.repeat(UPLOAD_BYTES));
    endpoint.end();
  };
  return { begin };
}

/** Breaks the connection off by RST when the first answer comes. */
export function breaking(endpoint: Endpoint): Script {
  return { begin: () => send(endpoint, 'never mind\n'), heard: { data: () => endpoint.destroy() } };
}

/** Connects and behaves; `ended` is called once, when the connection is gone or could not be made. */
export function startClient(plane: Plane, address: Address, behave: Behaviour, ended: () => void): void {
  plane.dial(address, PLAIN_SOCKET, {
    failed: ended,
    connected(endpoint) {
      const { begin, heard } = behave(endpoint, plane.timers);
      endpoint.observe(observing({ ...heard, closed: ended }));
      endpoint.resume();
      begin();
    },
  });
}

function send(endpoint: Endpoint, text: string): void {
  endpoint.write({ bytes: Buffer.from(text), at: 0, borrowed: false });
}
