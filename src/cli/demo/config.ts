import { DEMO_HOST } from './ports.ts';

/** Every port of the demo. 0 stands for a free one. */
export interface DemoPorts {
  readonly http: number;
  readonly echo: number;
  readonly metrics: number;
  readonly admin: number;
  readonly amber: number;
  readonly birch: number;
  readonly cedar: number;
  readonly moth: number;
  readonly parrot: number;
}

/** The ports it takes where they are free. */
export const PREFERRED_PORTS: DemoPorts = {
  http: 8080,
  echo: 8081,
  metrics: 9464,
  admin: 9900,
  amber: 9101,
  birch: 9102,
  cedar: 9103,
  moth: 9104,
  parrot: 9105,
};

/** The demo's configuration, as it could stand in a file. */
export function demoConfig(ports: DemoPorts, accessLog: boolean): string {
  return `# The configuration of the demo.
listeners:
  - name: http
    listen: ${DEMO_HOST}:${ports.http}
    to: web
  - name: echo
    listen: ${DEMO_HOST}:${ports.echo}
    to: echo
    stages:
      - rate_limit: { up: 256KiB/s, down: 64KiB/s, burst: 64KiB }

pools:
  web:
    balance: round_robin
    health: { interval: 1s, timeout: 500ms, rise: 1, fall: 1 }
    backends:
      - { name: amber, address: "${DEMO_HOST}:${ports.amber}" }
      - { name: birch, address: "${DEMO_HOST}:${ports.birch}" }
      - { name: cedar, address: "${DEMO_HOST}:${ports.cedar}" }
      - { name: moth, address: "${DEMO_HOST}:${ports.moth}" }       # comes and goes
  echo:
    balance: least_connections
    backends:
      - { name: parrot, address: "${DEMO_HOST}:${ports.parrot}" }

timeouts: { drain: 1s }

telemetry:
  metrics: { prometheus: "${DEMO_HOST}:${ports.metrics}" }
  access_log: { to: ${accessLog ? 'stdout' : '"off"'} }
admin: { listen: "${DEMO_HOST}:${ports.admin}" }
`;
}
