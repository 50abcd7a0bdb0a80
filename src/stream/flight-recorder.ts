import { encoderOf } from '../capture/index.ts';
import { type CloseReason, isClean } from '../core/close-reason.ts';
import { formatConnectionId, shardOf } from '../core/connection-id.ts';
import { type FlightRecorderPlan, SNAP_BYTES_MAX } from '../core/tee-plan.ts';
import type { StageEnv } from './env.ts';
import { FlightRecord } from './flight-record.ts';
import { releaseFlightMemory, reserveFlightMemory, writeFlight } from './flight-registry.ts';
import { RotatingFile } from './rotating-file.ts';
import type { StageFactory } from './stage.ts';
import { sharedOf, type Tapped, tappedOf } from './tapped.ts';
import { tee } from './tee.ts';
import { reasonOf } from './tee-connection.ts';
import { teeFileName } from './tee-file-name.ts';
import { storeOf } from './tee-store.ts';

/** Remembers the end of both directions; a file is made of it only where the connection ends badly. */
export const flightRecorderFromPlan: StageFactory<'flight_recorder'> = ({ plan }, direction, env) => {
  const tapped = tappedOf(env);
  const failed = (message: string) => env.failed('flight_recorder', message);
  const now = () => tapped.epoch + env.scheduler.now();
  const record = sharedOf(tapped, plan, () => recordOf(plan, tapped, env, now, failed));
  return tee({
    sink: {
      write: (bytes) => record.bytes(direction, bytes, now()),
      fin: () => record.fin(direction, now()),
      failed(error) {
        const reason = reasonOf(error);
        if (reason !== null) record.failed(direction, reason, now());
      },
      close: () => undefined,
    },
    failed,
  });
};

function recordOf(
  plan: FlightRecorderPlan,
  tapped: Tapped,
  env: StageEnv,
  now: () => number,
  failed: (message: string) => void,
): FlightRecord {
  const record = new FlightRecord(plan.bytes, (bytes) => !isTold || reserveFlightMemory(bytes));
  const isTold = tapped.onEnd((reason) => {
    if (isClean(reason)) releaseFlightMemory(record.memoryBytes);
    else
      writeFlight(record.memoryBytes, (done) =>
        write(plan, tapped, env, record, reason, now(), failed, done),
      );
  });
  return record;
}

function write(
  plan: FlightRecorderPlan,
  tapped: Tapped,
  env: StageEnv,
  record: FlightRecord,
  reason: CloseReason,
  at: number,
  failed: (message: string) => void,
  done: () => void,
): void {
  const limits = { rotate: { sizeBytes: 0, ageMs: 0, keep: plan.keep } };
  const encoder = encoderOf('pcapng', { snapBytes: SNAP_BYTES_MAX });
  const file = new RotatingFile({
    limits,
    store: storeOf(`${env.listener} ${JSON.stringify(plan)}`, limits),
    path: (start) => name(plan, env, start),
    begin: (startedAt) => encoder.begin(startedAt),
    isOfRecords: true,
    failed,
    done,
  });
  file.prepare(at, env.openedAt);
  file.write(record.write(encoder.connection(tapped.captured), reason, at));
  file.close();
}

function name({ file }: FlightRecorderPlan, { listener, connection }: StageEnv, start: number): string {
  const shard = shardOf(connection).toString(16).padStart(2, '0');
  return teeFileName(file, {
    start,
    listener,
    shard,
    connection: formatConnectionId(connection),
    direction: '',
  });
}
