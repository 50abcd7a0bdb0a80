export { compileRegex, REGEX_CHARACTERS_MAX } from './compile-regex.ts';
export {
  type CompiledRoute,
  type CompiledRoutes,
  compileRoutes,
  decide,
  mayTerminate,
  type RouteDecision,
} from './decide.ts';
export { explainRoutes, type KeyExplanation, type RouteExplanation } from './explain.ts';
export { type Known, passedThrough, settled, terminatedWith } from './known.ts';
export { chooseSplit, type SplitAction } from './split.ts';
export type { Verdict } from './verdict.ts';
