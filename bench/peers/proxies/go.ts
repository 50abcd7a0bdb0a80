import type { Contender } from '../contender.ts';
import { startListening } from './listen.ts';

/** io.Copy both ways: `bench/peers/go/main.go`. */
export const go: Contender = {
  name: 'go',
  warmUpMs: 200,
  missing: ({ goProxy }) => (goProxy.path === null ? goProxy.why : null),
  start: ({ backends, cores, goProxy }) =>
    startListening(({ requests, bulk }) => [
      goProxy.path ?? '',
      [
        `127.0.0.1:${requests}=127.0.0.1:${backends.requests}`,
        `127.0.0.1:${bulk}=127.0.0.1:${backends.bulk}`,
      ],
      { cores: cores.proxy, env: { GOMAXPROCS: '1' } },
    ]),
};
