import { type Cidr, parseCidr } from '../../src/core/cidr.ts';
import type { RouteMatch, RoutePlan } from '../../src/core/plan.ts';

/** Route plans in a row; route n leads to pool n. */
export function plans(...list: readonly (RouteMatch | null)[]): readonly RoutePlan[] {
  return list.map((match, index) => ({
    index,
    name: `edge/${index}`,
    match,
    action: { kind: 'pool', pool: index },
    tlsPassthrough: false,
    priority: 0,
    stages: [],
  }));
}

/** Networks from text; throws where one is none. */
export function networks(...texts: readonly string[]): readonly Cidr[] {
  return texts.map((text) => {
    const cidr = parseCidr(text);
    if (typeof cidr === 'string') throw new Error(cidr);
    return cidr;
  });
}
