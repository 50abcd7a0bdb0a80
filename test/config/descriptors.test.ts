import { describe, expect, it } from 'vitest';
import { parseDescriptorLimit, readDescriptorLimit } from '../../src/config/descriptors.ts';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             63432                63432                processes
Max open files            1024                 524288               files
Max locked memory         8388608              8388608              bytes
`;

describe('the descriptor limit', () => {
  it('is the soft one', () => {
    expect(parseDescriptorLimit(LIMITS)).toBe(1024);
  });

  it.each([LIMITS.replace('1024  ', 'unlimited'), '', 'Max open files'])('is unknown in %j', (text) => {
    expect(parseDescriptorLimit(text)).toBeNull();
  });

  it('is unknown where there is no /proc', () => {
    expect(readDescriptorLimit('darwin')).toBeNull();
  });

  it.runIf(process.platform === 'linux')('of this process is known on Linux', () => {
    expect(readDescriptorLimit('linux')).toBeGreaterThan(2);
  });
});
