import { describe } from 'vitest';
import { linuxPlaneSupport } from '../../src/plane/linux/index.ts';
import { MemoryNetwork } from '../../src/plane/memory/index.ts';
import { endpointContract } from '../plane/contract.ts';
import { makeLinuxWorld } from '../plane/linux-world.ts';
import { makeMemoryWorld } from '../plane/memory-world.ts';
import { makeNetWorld } from '../plane/net-world.ts';
import { needs } from '../support/programs.ts';
import { overTls } from './tls-world.ts';

const ROUNDS_MAX = 2000;

describe('endpoints that speak TLS', () => {
  needs('openssl');
  endpointContract(
    'memory',
    overTls(async () => makeMemoryWorld(new MemoryNetwork({ seed: 7 }), ROUNDS_MAX)),
  );
  endpointContract('net', overTls(makeNetWorld));
  if (linuxPlaneSupport().usable) endpointContract('linux', overTls(makeLinuxWorld));
});
