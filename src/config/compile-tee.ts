import type { FlightRecorderPlan, TeePlan } from '../core/tee-plan.ts';
import type { Config } from './schema.ts';

type StageConfig = NonNullable<Config['listeners'][number]['stages']>[number];
type TeeConfig = NonNullable<StageConfig['tee']>;
type FlightRecorderConfig = NonNullable<StageConfig['flight_recorder']>;

export function compileTee({ file, format, per, direction, snaplen, rotate, total }: TeeConfig): TeePlan {
  const { size: sizeBytes = 0, age: ageMs = 0, keep = 0 } = rotate ?? {};
  return {
    kind: 'tee',
    file,
    format,
    ...(per === 'listener' && { per }),
    ...(direction !== 'both' && { direction }),
    ...(snaplen !== undefined && { snapBytes: snaplen }),
    ...(rotate !== undefined && { rotate: { sizeBytes, ageMs, keep } }),
    ...(total !== undefined && { totalBytes: total }),
  };
}

export function compileFlightRecorder({ bytes, file, keep }: FlightRecorderConfig): FlightRecorderPlan {
  return { kind: 'flight_recorder', bytes, file, keep };
}
