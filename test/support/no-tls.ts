import type { TlsSessions } from '../../src/core/tls.ts';

/** For shards whose plans have no TLS: a session asked for is a defect. */
export const NO_TLS: TlsSessions = {
  accept: () => {
    throw new Error('no TLS session was to be accepted');
  },
  connect: () => {
    throw new Error('no TLS session was to be begun');
  },
};
