import type { FlightRecorderPlan, TeePlan } from '../core/tee-plan.ts';
import { formatDuration } from '../core/units.ts';
import { formatSize } from './units.ts';

/** A tee in one line: what it writes, where, and how much of it. */
export function describeTee({
  file,
  format,
  per,
  direction,
  snapBytes,
  rotate,
  totalBytes,
}: TeePlan): string {
  const said = [
    direction !== undefined && `only ${direction}`,
    per === 'listener' && 'all connections of a worker in one',
    snapBytes !== undefined && `packets up to ${formatSize(snapBytes)}`,
    rotate !== undefined && rotate.sizeBytes > 0 && `another after ${formatSize(rotate.sizeBytes)}`,
    rotate !== undefined && rotate.ageMs > 0 && `another after ${formatDuration(rotate.ageMs)}`,
    rotate !== undefined && rotate.keep > 0 && `${rotate.keep} stay`,
    totalBytes !== undefined && `${formatSize(totalBytes)} in all`,
  ].filter((text) => text !== false);
  const kind = format === 'raw' ? '' : ` as ${format}`;
  return `tee to ${file}${kind}${said.length === 0 ? '' : ` (${said.join(', ')})`}`;
}

export function describeFlightRecorder({ bytes, file, keep }: FlightRecorderPlan): string {
  return `flight_recorder of ${formatSize(bytes)} to ${file} (${keep} stay)`;
}
