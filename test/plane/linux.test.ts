import { linuxPlaneSupport } from '../../src/plane/linux/index.ts';
import { planeContract } from './contract.ts';
import { makeLinuxWorld } from './linux-world.ts';

if (linuxPlaneSupport().usable) planeContract('linux', makeLinuxWorld);
