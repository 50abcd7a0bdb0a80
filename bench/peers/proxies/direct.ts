import type { Contender } from '../contender.ts';

/** No proxy: what load and backend can do by themselves. */
export const direct: Contender = {
  name: 'direct',
  warmUpMs: 0,
  missing: () => null,
  start: async ({ backends }) => ({ ports: backends, pids: [], stop: async () => {} }),
};
