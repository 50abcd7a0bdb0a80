import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender, Ports } from '../contender.ts';
import { startListening } from './listen.ts';

export interface SluiceSettings {
  readonly plane: 'linux' | 'net';
  /** Share of connections whose traces are sent to the sink. Absent: no export. */
  readonly traces?: number;
  /** Absent: 1. */
  readonly workers?: 1 | 2;
  /** `pass_through` stages on the way. Absent: 0. */
  readonly stages?: number;
  /** Whether its threads look for events before they wait for them. Absent: no. */
  readonly busyPoll?: boolean;
  /** What the linux plane reads at once. Absent: its own choice. */
  readonly readBytes?: number;
  /** The size of the pipes that the linux plane splices through. Absent: its own choice. */
  readonly pipeBytes?: number;
}

const WARM_UP_MS = 1000;

/** Facts on, the log off, no health checks: those would be connections of their own. */
export function sluice(name: string, settings: SluiceSettings): Contender {
  return {
    name,
    warmUpMs: WARM_UP_MS,
    missing: () => null,
    start: ({ backends, cores, temp, sluiceMain, sink }) =>
      startListening((ports) => {
        const file = join(temp, `sluice-${ports.requests}.yaml`);
        writeFileSync(file, configuration(settings, ports, backends, sink));
        const args = [sluiceMain, 'run', file];
        return [
          process.execPath,
          args,
          { cores: settings.workers === 2 ? cores.both : cores.proxy, env: environment(settings) },
        ];
      }),
  };
}

function configuration(settings: SluiceSettings, ports: Ports, backends: Ports, sink: string): string {
  const stages = stagesOf(settings.stages ?? 0);
  const traces = settings.traces ? `traces: { otlp: '${sink}', sample: ${settings.traces} },` : '';
  return `
listeners:
  - { name: requests, listen: 127.0.0.1:${ports.requests}, ${stages}to: requests }
  - { name: bulk, listen: 127.0.0.1:${ports.bulk}, ${stages}to: bulk }
pools:
  requests: { backends: [127.0.0.1:${backends.requests}], health: off }
  bulk: { backends: [127.0.0.1:${backends.bulk}], health: off }
plane: ${settings.plane}
workers: ${settings.workers ?? 1}
${settings.busyPoll === true ? 'busy_poll: true' : ''}
limits: { connections: 9000 }
telemetry: { ${traces} access_log: { to: off } }
`;
}

function stagesOf(count: number): string {
  const stages = Array.from({ length: count }, () => '{ pass_through: {} }');
  return count === 0 ? '' : `stages: [${stages.join(', ')}], `;
}

function environment({ readBytes, pipeBytes }: SluiceSettings): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    ...(readBytes === undefined ? {} : { SLUICE_BENCH_READ_BYTES: String(readBytes) }),
    ...(pipeBytes === undefined ? {} : { SLUICE_BENCH_PIPE_BYTES: String(pipeBytes) }),
  };
}
