export {
  type CompiledRoute,
  type CompiledRoutes,
  compileRoutes,
  decide,
  needsSniffing,
  type RouteDecision,
} from './decide.ts';
export type { Known } from './match.ts';
