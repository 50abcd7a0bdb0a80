import { describe, expect, it } from 'vitest';
import { linesOf } from './lines.ts';
import { aClosedFact, parsed } from './samples.ts';

describe('the line of a connection', () => {
  it('says what the kernel knew of each leg, and null of one of which it knew nothing', async () => {
    const clientTcp = { rttUs: 210, rttVarUs: 35, retransmits: 2, deliveryRate: 2 ** 33 };
    const backendTcp = { rttUs: 90, rttVarUs: 8, retransmits: 0, deliveryRate: 0 };
    const lines = parsed(
      await linesOf([
        aClosedFact({ clientTcp, backendTcp }),
        aClosedFact({ clientTcp }),
        aClosedFact({ backendTcp }),
        aClosedFact(),
      ]),
    );
    const client = { rtt_us: 210, rtt_var_us: 35, retransmits: 2, delivery_rate: 8_589_934_592 };
    const backend = { rtt_us: 90, rtt_var_us: 8, retransmits: 0, delivery_rate: 0 };
    expect(lines.map(({ tcp }) => tcp)).toEqual([
      { client, backend },
      { client, backend: null },
      { client: null, backend },
      null,
    ]);
  });
});
