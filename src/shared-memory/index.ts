export { allocateRegions, type RegionsShape } from './allocate.ts';
export { createBuckets } from './buckets.ts';
export { FactsReader } from './facts-reader.ts';
export { FactsWriter } from './facts-writer.ts';
export { countersOf, ringOf, upstreamTableOf, wordsOf } from './open.ts';
export { createPlaces, reapPlaces, repairPlaces } from './places.ts';
export { createTurns, reapTurns } from './turns.ts';
