import { leaf, Refusal, refuseKind, textOf } from './leaf.ts';
import { show } from './show.ts';

/** Ports, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

const PORT_MAX = 65_535;

/** A port, or a range of them. */
export function portRange() {
  const shape = {
    expected: `a port from 1 to ${PORT_MAX}, or a range such as "8000-8100"`,
    json: {
      title: 'port, or range `"8000-8100"`',
      type: ['string', 'integer'],
      minimum: 1,
      maximum: PORT_MAX,
      pattern: '^\\d{1,5}(-\\d{1,5})?$',
    },
  };
  return leaf(shape, (value): PortRange | Refusal => {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(textOf(value)) ?? [];
    if (first === undefined) return refuseKind(value, 'a port');
    const [from, to] = [Number(first), Number(last)];
    if (from < 1 || to > PORT_MAX) return new Refusal(`${show(value)} is out of range`);
    return from <= to ? { from, to } : new Refusal(`${show(value)} ends before it begins`, `"${to}-${from}"`);
  });
}
