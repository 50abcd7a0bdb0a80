import { MemoryNetwork } from '../../src/plane/memory/index.ts';
import { planeContract } from './contract.ts';
import { makeMemoryWorld } from './memory-world.ts';

planeContract('memory', async () => makeMemoryWorld(new MemoryNetwork({ seed: 7 })));

planeContract('memory (slow and uneven network, small buffers)', async () =>
  makeMemoryWorld(
    new MemoryNetwork({
      seed: 11,
      link: {
        latencyToServerMs: 3,
        latencyToClientMs: 20.5,
        jitterMs: 7,
        sendBufferBytes: 50_000,
        receiveBufferBytes: 110_000,
      },
    }),
  ),
);
