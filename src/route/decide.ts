import type { RoutePlan } from '../core/route-plan.ts';
import type { Findings, Sniffed } from '../core/sniffed.ts';
import { type Known, passedThrough, terminatedWith } from './known.ts';
import { type CompiledMatch, compileMatch, isConditional, matches } from './match.ts';

/** A listener's routes made ready for many connections, in the order of the config. Made by `compileRoutes`. */
export type CompiledRoutes = readonly CompiledRoute[];

export interface CompiledRoute {
  readonly route: RoutePlan;
  readonly match: CompiledMatch;
}

export type RouteDecision =
  | { readonly kind: 'route'; readonly route: RoutePlan }
  | { readonly kind: 'no-route' }
  /** More must become known. */
  | { readonly kind: 'undecided' };

const NO_ROUTE: RouteDecision = { kind: 'no-route' };
const UNDECIDED: RouteDecision = { kind: 'undecided' };

/**
 * Compile once for a plan, not for a connection. Routes after one that takes everybody are left out; one
 * that passes TLS through is none of these. Throws a SyntaxError
 * where a pattern is no regular expression, which a valid config has not.
 */
export function compileRoutes(routes: readonly RoutePlan[]): CompiledRoutes {
  const compiled = routes.map((route) => ({ route, match: compileMatch(route.match) }));
  const last = compiled.findIndex(({ route, match }) => !route.tlsPassthrough && !isConditional(match));
  return last < 0 ? compiled : compiled.slice(0, last + 1);
}

/**
 * The first route that matches. It is told as soon as everything the connection can still turn out to be leads to the same
 * one: what comes later never changes it, and a route with nothing but routes before it that need no byte is found before
 * the client has sent any. Never `undecided` where nothing is open: findings are there and not `open`, or the protocol is
 * certain and lacks no field, and it is known whether a certificate was shown.
 *
 * With `known.terminated` the routes that pass TLS through are left out. Where TLS may be terminated ask `mayTerminate`
 * first: until `tls` is excluded, passed through or terminated, an answer of this function is of the bytes as they are.
 */
export function decide(routes: CompiledRoutes, known: Known): RouteDecision {
  const decision = walk(routes, known);
  return decision === UNDECIDED && known.findings !== null ? agreed(routes, known, known.findings) : decision;
}

/**
 * Whether TLS with this ClientHello, which the listener could terminate, is terminated or passed through. The first route
 * that certainly takes the connection decides: one with `tlsPassthrough` where its match holds for the ClientHello, another
 * where it holds whatever may be inside. A route that only the bytes inside could decide holds nothing up: a route after it
 * that passes through wins. Where no route is certain TLS is terminated.
 */
export function mayTerminate(
  routes: CompiledRoutes,
  hello: Sniffed,
  known: Known,
): 'terminate' | 'passthrough' {
  const [outside, inside] = [passedThrough(hello, known), terminatedWith(hello, known)];
  for (const { route, match } of routes) {
    if (matches(match, route.tlsPassthrough ? outside : inside) !== 'yes') continue;
    return route.tlsPassthrough ? 'passthrough' : 'terminate';
  }
  return 'terminate';
}

function walk(routes: CompiledRoutes, known: Known): RouteDecision {
  for (const { route, match } of routes) {
    if (route.tlsPassthrough && known.terminated !== null) continue;
    const verdict = matches(match, known);
    if (verdict === 'yes') return { kind: 'route', route };
    if (verdict === 'maybe') return UNDECIDED;
  }
  return NO_ROUTE;
}

/** What is decided for each protocol that is still possible, where that is the same for all of them. */
function agreed(routes: CompiledRoutes, known: Known, { sniffed, possible }: Findings): RouteDecision {
  if (sniffed !== null || possible.size < 2) return UNDECIDED;
  let first: RouteDecision | null = null;
  for (const protocol of possible) {
    const findings = { sniffed: { protocol }, possible: new Set([protocol]), open: true, atLeast: 0 };
    const decision = walk(routes, { ...known, findings });
    first ??= decision;
    if (decision === UNDECIDED || !isSame(decision, first)) return UNDECIDED;
  }
  return first ?? UNDECIDED;
}

function isSame(a: RouteDecision, b: RouteDecision): boolean {
  return a.kind === 'route' && b.kind === 'route' ? a.route === b.route : a.kind === b.kind;
}
