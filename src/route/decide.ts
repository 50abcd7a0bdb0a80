import type { RoutePlan } from '../core/plan.ts';
import { type CompiledMatch, compileMatch, isConditional, type Known, matches, needsBytes } from './match.ts';

/** A listener's routes made ready for many connections, in the order of the config. Made by `compileRoutes`. */
export type CompiledRoutes = readonly CompiledRoute[];

export interface CompiledRoute {
  readonly route: RoutePlan;
  readonly match: CompiledMatch;
}

export type RouteDecision =
  | { readonly kind: 'route'; readonly route: RoutePlan }
  | { readonly kind: 'no-route' }
  | { readonly kind: 'needs-sniffing' };

const NO_ROUTE: RouteDecision = { kind: 'no-route' };
const NEEDS_SNIFFING: RouteDecision = { kind: 'needs-sniffing' };

/** Compile once for a plan, not for a connection. Routes after one that takes everybody are left out. */
export function compileRoutes(routes: readonly RoutePlan[]): CompiledRoutes {
  const compiled = routes.map((route) => ({ route, match: compileMatch(route.match) }));
  const last = compiled.findIndex(({ match }) => !isConditional(match));
  return last < 0 ? compiled : compiled.slice(0, last + 1);
}

/**
 * Walks the routes in order; the first that matches decides. With `sniffed` null it stops with `needs-sniffing` at the
 * first route that only bytes can decide, unless the client's address excludes that route already. So a route that
 * comes before every such route is found before the client has sent anything. With `sniffed` given it is never
 * `needs-sniffing`.
 */
export function decide(routes: CompiledRoutes, known: Known): RouteDecision {
  for (const { route, match } of routes) {
    const matched = matches(match, known);
    if (matched === 'yes') return { kind: 'route', route };
    if (matched === 'needs-sniffing') return NEEDS_SNIFFING;
  }
  return NO_ROUTE;
}

/** Whether any client of these routes has to be sniffed. */
export function needsSniffing(routes: CompiledRoutes): boolean {
  return routes.some(({ match }) => needsBytes(match));
}
