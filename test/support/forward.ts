/** Where one listener of a test forwards to. */
export interface Forward {
  /** Address of the one backend, as the config writes it. */
  readonly to: string;
  /** Default: 127.0.0.1:0, a free port. */
  readonly listen?: string;
  /** Whether the backend is probed. Default: as Sluice does; `off` for one that serves a single connection. */
  readonly health?: 'off';
}

/**
 * A config with one listener and one pool for each entry, all named by its key. A string is an address to forward to;
 * `more` is YAML that is appended as it stands.
 */
export function forwardConfig(forwards: Readonly<Record<string, string | Forward>>, more = ''): string {
  const entries = Object.entries(forwards).map(([name, value]): [string, Forward] => [
    name,
    typeof value === 'string' ? { to: value } : value,
  ]);
  return [
    'listeners:',
    ...entries.map(
      ([name, { listen }]) => `  - { name: ${name}, listen: "${listen ?? '127.0.0.1:0'}", to: ${name} }`,
    ),
    'pools:',
    ...entries.map(([name, { to, health }]) => {
      const probes = health === undefined ? '' : `, health: ${health}`;
      return `  ${name}: { backends: ["${to}"]${probes} }`;
    }),
    more,
    '',
  ].join('\n');
}
