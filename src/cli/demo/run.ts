import { isatty } from 'node:tty';
import { parseConfig, readEnvironment } from '../../config/index.ts';
import { type Address, parseAddress } from '../../core/address.ts';
import type { Plane } from '../../core/ports.ts';
import { createNetPlane } from '../../plane/net/index.ts';
import type { Service } from '../../service.ts';
import type { Output } from '../output.ts';
import { serve } from '../serve.ts';
import { STOP_SIGNALS_WITHOUT_FILE } from '../stopping.ts';
import { banner } from './banner.ts';
import { type DemoPorts, demoConfig, PREFERRED_PORTS } from './config.ts';
import { startEchoBackend } from './echo-backend.ts';
import { flap } from './flapping.ts';
import { freeOrZero } from './ports.ts';
import { startTraffic } from './traffic.ts';
import { startWebBackend, type WebBackend } from './web-backend.ts';

const STDOUT = 1;

/**
 * Runs the demo until a signal stops it: backends, a service that is configured like any other, and clients. Connections
 * are logged unless standard output is a terminal, where the banner would be washed away.
 */
export async function runDemo(
  options: { readonly printConfig: boolean; readonly accessLog: boolean | null },
  output: Output,
): Promise<void> {
  const accessLog = options.accessLog ?? !isatty(STDOUT);
  if (options.printConfig) {
    output.out(demoConfig(PREFERRED_PORTS, accessLog));
    return;
  }
  const plane = createNetPlane();
  const web = await Promise.all(
    (['amber', 'birch', 'cedar', 'moth'] as const).map((name) =>
      startWebBackend(name, PREFERRED_PORTS[name]),
    ),
  );
  try {
    const ports = await choosePorts(plane, web);
    const { plan } = parseConfig(demoConfig(ports, accessLog), 'demo.yaml', readEnvironment());
    await serve(plan, output, {
      ready: (service) => {
        output.err(banner(service, ports, accessLog));
        return animate(service, web);
      },
    });
  } finally {
    await Promise.all([plane.close(), ...web.map((backend) => backend.shut())]);
  }
}

async function choosePorts(plane: Plane, web: readonly WebBackend[]): Promise<DemoPorts> {
  const echoBackend = await startEchoBackend(plane, PREFERRED_PORTS.parrot);
  const portOf = (name: string): number => web.find((backend) => backend.name === name)?.port ?? 0;
  return {
    http: await freeOrZero(PREFERRED_PORTS.http),
    echo: await freeOrZero(PREFERRED_PORTS.echo),
    metrics: await freeOrZero(PREFERRED_PORTS.metrics),
    admin: await freeOrZero(PREFERRED_PORTS.admin),
    amber: portOf('amber'),
    birch: portOf('birch'),
    cedar: portOf('cedar'),
    moth: portOf('moth'),
    parrot: echoBackend.port,
  };
}

/** Clients come and one backend flaps, until the first signal; then the clients leave, so that the end is quick. */
function animate(service: Service, web: readonly WebBackend[]): () => void {
  const addresses = { http: addressOf(service, 'http'), echo: addressOf(service, 'echo') };
  const clients = createNetPlane();
  const traffic = startTraffic(clients, addresses);
  const moth = web.find(({ name }) => name === 'moth');
  const flapping = moth === undefined ? null : flap(moth);
  const stop = (): void => {
    traffic.stop();
    flapping?.stop();
    void clients.close();
  };
  for (const signal of STOP_SIGNALS_WITHOUT_FILE) process.once(signal, stop);
  return stop;
}

function addressOf(service: Service, listener: string): Address {
  const address = parseAddress(service.listeners[listener] ?? '');
  if (typeof address === 'string') throw new Error(`the listener ${listener} has no address: ${address}`);
  return address;
}
