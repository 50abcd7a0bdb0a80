import type { Cancellable, DialFailure, DialHandler, Endpoint } from '../../core/ports.ts';
import type { SourcePortTurn } from '../../core/source-ports.ts';

/** As `DialHandler`, told besides whether the local port alone was the trouble. */
export interface PortHandler {
  connected(endpoint: Endpoint): void;
  failed(failure: DialFailure, portTaken: boolean): void;
}

/** Whether another local port may do: this one is bound, or is connected to that address already. */
export function isPortTaken({ code, syscall }: NodeJS.ErrnoException): boolean {
  return code === 'EADDRINUSE' || (code === 'EADDRNOTAVAIL' && syscall === 'connect');
}

/** Dials from one port after the other until one is not taken. Node tells of each in a later turn of its loop. */
export function dialFromPorts(
  turn: SourcePortTurn,
  handler: DialHandler,
  dial: (port: number | null, trying: PortHandler) => Cancellable,
): Cancellable {
  let under: Cancellable = { cancel: () => {} };
  const tryNext = (port: number | null): void => {
    under = dial(port, {
      connected: (endpoint) => handler.connected(endpoint),
      failed: (failure, portTaken) => {
        const next = portTaken ? turn.next() : null;
        if (next === null) handler.failed(failure);
        else tryNext(next);
      },
    });
  };
  tryNext(turn.next());
  return { cancel: () => under.cancel() };
}
