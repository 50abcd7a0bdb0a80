import { type CaptureEncoder, encoderOf } from '../capture/index.ts';
import type { CaptureFilter } from '../core/capture-control.ts';
import { anyCidrContains } from '../core/cidr.ts';
import { formatConnectionId, shardOf } from '../core/connection-id.ts';
import type { Direction } from '../core/direction.ts';
import { type CaptureFormat, SNAP_BYTES_MAX, type TeePlan } from '../core/tee-plan.ts';
import type { StageEnv } from './env.ts';
import { RotatingFile } from './rotating-file.ts';
import { SharedFile } from './shared-file.ts';
import type { StageFactory } from './stage.ts';
import { sharedOf, type Tapped, tappedOf } from './tapped.ts';
import { tee } from './tee.ts';
import { TeeConnection } from './tee-connection.ts';
import { TEE_BUFFER_BYTES_MAX, TEE_SHARED_BUFFER_BYTES_MAX } from './tee-file.ts';
import { teeFileName } from './tee-file-name.ts';
import type { TeeSink } from './tee-sink.ts';
import { closeStore, storeOf, type TeeStore } from './tee-store.ts';

/** Raw: a file for each direction. Any other format: one file for both, of the connection or of its listener. */
export const teeFromPlan: StageFactory<'tee'> = ({ plan }, direction, env) => {
  if (plan.direction !== undefined && plan.direction !== direction) return null;
  if (plan.only !== undefined && !isMeant(plan.only, env)) return null;
  const failed = (message: string) => env.failed('tee', message);
  if (plan.format === 'raw') return tee({ sink: rawSink(plan, direction, env, failed), failed });
  const tapped = tappedOf(env);
  const { format } = plan;
  const make = () => connectionOf(plan, format, tapped, env, failed);
  return tee({ sink: sharedOf(tapped, plan, make).sink(direction), failed });
};

function isMeant({ clients, routes }: CaptureFilter, env: StageEnv): boolean {
  const { client, route } = tappedOf(env).captured;
  if (routes.length > 0 && (route === null || !routes.includes(route))) return false;
  if (clients.length === 0) return true;
  return client.peer.kind === 'tcp' && anyCidrContains(clients, client.peer.host);
}

function rawSink(
  plan: TeePlan,
  direction: Direction,
  env: StageEnv,
  failed: (message: string) => void,
): TeeSink {
  const { epoch } = tappedOf(env);
  const file = new RotatingFile({
    limits: plan,
    store: storeFor(plan, env),
    path: (start) => name(plan, env, { start, direction }),
    isOfRecords: false,
    failed,
  });
  return {
    write(bytes) {
      file.prepare(epoch + env.scheduler.now(), env.openedAt);
      file.write(bytes);
    },
    close: () => file.close(),
  };
}

function connectionOf(
  plan: TeePlan,
  format: CaptureFormat,
  tapped: Tapped,
  env: StageEnv,
  failed: (message: string) => void,
): TeeConnection {
  const encoder = encoderOf(format, { snapBytes: plan.snapBytes ?? SNAP_BYTES_MAX });
  const [file, captured, left] =
    plan.per === 'listener' ? joinListener(plan, encoder, env, failed) : ownFile(plan, encoder, env, failed);
  let isTold = false;
  const connection: TeeConnection = new TeeConnection({
    file,
    encoder: captured.connection(tapped.captured),
    openedAt: plan.per === 'listener' ? tapped.epoch + env.scheduler.now() : env.openedAt,
    now: () => tapped.epoch + env.scheduler.now(),
    left,
    get endIsTold() {
      return isTold;
    },
  });
  isTold = tapped.onEnd((reason) => connection.ended(reason));
  return connection;
}

type Place = readonly [file: RotatingFile, encoder: CaptureEncoder, left: () => void];

function ownFile(
  plan: TeePlan,
  encoder: CaptureEncoder,
  env: StageEnv,
  failed: (message: string) => void,
): Place {
  const store = storeFor(plan, env);
  const connection = formatConnectionId(env.connection);
  const file = fileOf(plan, encoder, env, store, failed, connection);
  return [file, encoder, () => file.close()];
}

function joinListener(
  plan: TeePlan,
  encoder: CaptureEncoder,
  env: StageEnv,
  failed: (message: string) => void,
): Place {
  const store = storeFor(plan, env);
  store.shared ??= new SharedFile(encoder, (tell) => fileOf(plan, encoder, env, store, tell, ''));
  const { shared } = store;
  return [shared.join(failed), shared.encoder, () => shared.leave()];
}

function fileOf(
  plan: TeePlan,
  encoder: CaptureEncoder,
  env: StageEnv,
  store: TeeStore,
  failed: (message: string) => void,
  connection: string,
): RotatingFile {
  return new RotatingFile({
    limits: plan,
    store,
    path: (start) => name(plan, env, { start, connection, direction: '' }),
    begin: (at) => encoder.begin(at),
    isOfRecords: true,
    waitingBytesMax: plan.per === 'listener' ? TEE_SHARED_BUFFER_BYTES_MAX : TEE_BUFFER_BYTES_MAX,
    failed,
  });
}

/** The same tee of the same listener has the same store, whatever plan it is in. */
function storeFor(plan: TeePlan, env: StageEnv): TeeStore {
  return storeOf(keyOf(plan, env.listener), plan);
}

function keyOf(plan: TeePlan, listener: string): string {
  return `${listener} ${JSON.stringify(plan)}`;
}

/** A tee was taken from its listener: its file is closed as soon as no connection writes to it. */
export function closeTee(plan: TeePlan, listener: string): void {
  closeStore(keyOf(plan, listener));
}

function name(
  plan: TeePlan,
  env: StageEnv,
  values: { readonly start: number; readonly connection?: string; readonly direction: Direction | '' },
): string {
  return teeFileName(plan.file, {
    listener: env.listener,
    shard: shardOf(env.connection).toString(16).padStart(2, '0'),
    connection: formatConnectionId(env.connection),
    ...values,
  });
}
