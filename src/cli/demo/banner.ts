import type { Service } from '../../service.ts';
import { type DemoPorts, PREFERRED_PORTS } from './config.ts';
import { DEMO_HOST } from './ports.ts';

/** What the demo says when it is ready. `ports` has 0 where a preferred port was taken. */
export function banner(
  service: Pick<Service, 'listeners' | 'urls'>,
  ports: DemoPorts,
  accessLog: boolean,
): string {
  const { http = '', echo = '' } = service.listeners;
  const taken = (['http', 'echo', 'metrics', 'admin'] as const).filter((name) => ports[name] === 0);
  const lines = [
    'Sluice demo: two listeners, five backends of which one comes and goes, a trickle of traffic.',
    '',
    `  open     ${service.urls['admin']}/    what goes on, live`,
    `  try      curl http://${http}/    another backend each time`,
    `           curl -N http://${http}/slow`,
    `  echo     ${echo}    limited to 64KiB/s`,
    `  metrics  ${service.urls['metrics']}`,
    '  config   sluice demo --print-config',
    '  stop     Ctrl-C',
    '',
    ...taken.map((name) => `  ${DEMO_HOST}:${PREFERRED_PORTS[name]} is taken, so ${name} has a free port.`),
    ...(accessLog ? [] : ['  Connections are not logged here; `sluice demo --access-log` does.']),
  ];
  return `\n${lines.join('\n').trimEnd()}\n\n`;
}
