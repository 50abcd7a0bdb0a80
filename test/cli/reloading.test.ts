import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { RELOAD_SIGNAL, type Reloadable, Reloader, type ReloadHost } from '../../src/cli/reloading.ts';
import { parseConfig } from '../../src/config/index.ts';
import { SluiceError } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';

const ENVIRONMENT = {
  descriptorLimit: null,
  platform: 'linux',
  nodeVersion: 'v22.12.0',
  cores: 2,
  linuxPlane: { usable: false, why: 'not in this test' },
  readFile: () => 'no files in these tests',
  now: 0,
  ticketKeys: null,
  variables: {},
};

/** A configuration that relays to this port. */
function config(port: number, more = ''): string {
  return `
listeners: [{ name: edge, listen: "127.0.0.1:0", to: web }]
pools: { web: { backends: ["127.0.0.1:${port}"] } }
${more}`;
}

class FakeHost extends EventEmitter implements ReloadHost {
  isHungUp = false;
  hasHungUp(): boolean {
    return this.isHungUp;
  }
}

/** A service whose reloads end when the test says so. */
class FakeService implements Reloadable {
  readonly plans: Plan[] = [];
  readonly failures: unknown[] = [];
  readonly #ends: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  reload(plan: Plan): Promise<void> {
    this.plans.push(plan);
    return new Promise((resolve, reject) => void this.#ends.push({ resolve, reject }));
  }
  reloadFailed(error: unknown): void {
    this.failures.push(error);
  }
  /** Ends the reload under way, and lets what follows happen. */
  async finish(error?: unknown): Promise<void> {
    const end = this.#ends.shift();
    if (end === undefined) throw new Error('no reload is under way');
    if (error === undefined) end.resolve();
    else end.reject(error);
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

let host: FakeHost;
let service: FakeService;
let file: string;
let reads: number;
let stopping: boolean;
let warnings: string[];

beforeEach(() => {
  host = new FakeHost();
  service = new FakeService();
  file = config(1);
  reads = 0;
  stopping = false;
  warnings = [];
});

function load() {
  reads++;
  return parseConfig(file, 'proxy.yaml', ENVIRONMENT);
}

/** A reloader for a service that was started with the file as it stands. */
function create(): Reloader {
  const { plan, files } = parseConfig(file, 'proxy.yaml', ENVIRONMENT);
  const warn = (lines: readonly string[]): void => void warnings.push(...lines);
  return new Reloader({ host, plan, files, load, isStopping: () => stopping, warn });
}

function hangUp(): void {
  expect(host.emit(RELOAD_SIGNAL, RELOAD_SIGNAL)).toBe(true);
}

function portsOf(plans: readonly Plan[]): (number | null)[] {
  return plans.map(({ backends }) => (backends[0]?.address.kind === 'tcp' ? backends[0].address.port : null));
}

describe('SIGHUP', () => {
  it('reads the file again and puts it in force', async () => {
    create().begin(service);
    expect(reads).toBe(0);
    file = config(2);
    hangUp();
    expect(portsOf(service.plans)).toEqual([2]);
    await service.finish();
    expect(service.failures).toEqual([]);
  });

  it('reloads also a file that has not changed', async () => {
    create().begin(service);
    hangUp();
    expect(portsOf(service.plans)).toEqual([1]);
    await service.finish();
  });

  it('during the start is kept, and obeyed once when the service runs', async () => {
    const reloader = create();
    hangUp();
    hangUp();
    expect(reads).toBe(0);
    file = config(2);
    reloader.begin(service);
    expect(portsOf(service.plans)).toEqual([2]);
    await service.finish();
    expect(service.plans).toHaveLength(1);
  });

  it('before anyone listened is kept, and obeyed when the service runs', async () => {
    host.isHungUp = true;
    const reloader = create();
    file = config(2);
    expect(reads).toBe(0);
    reloader.begin(service);
    expect(portsOf(service.plans)).toEqual([2]);
    await service.finish();
    expect(service.plans).toHaveLength(1);
  });

  it('while a reload runs leads to one more after it, however often it comes, with the file as it is then', async () => {
    create().begin(service);
    hangUp();
    file = config(2);
    for (let i = 0; i < 5; i++) hangUp();
    expect(reads).toBe(1);
    file = config(3);
    await service.finish();
    expect(portsOf(service.plans)).toEqual([1, 3]);
    await service.finish();
    expect(reads).toBe(2);
    hangUp();
    expect(service.plans).toHaveLength(3);
    await service.finish();
  });

  it('when the service is being stopped is ignored, also one that waits for its turn', async () => {
    create().begin(service);
    hangUp();
    hangUp();
    stopping = true;
    await service.finish();
    hangUp();
    expect(service.plans).toHaveLength(1);
    expect(reads).toBe(1);
  });

  it('during a start that is stopped is ignored', () => {
    const reloader = create();
    hangUp();
    stopping = true;
    reloader.begin(service);
    expect(reads).toBe(0);
  });
});

describe('a reload', () => {
  it('of a file that is wrong is told to the log, and the next one is done', async () => {
    create().begin(service);
    file = 'listeners: 1';
    hangUp();
    expect(service.failures).toMatchObject([{ code: 'CONFIG_INVALID' }]);
    expect(service.plans).toEqual([]);
    file = config(2);
    hangUp();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(portsOf(service.plans)).toEqual([2]);
    await service.finish();
  });

  it('that the service refuses, or that meets a defect in it, is over; the next one is done', async () => {
    create().begin(service);
    for (const error of [new SluiceError('LISTEN_FAILED', 'taken'), new TypeError('oh')]) {
      hangUp();
      await service.finish(error);
    }
    hangUp();
    expect(service.plans).toHaveLength(3);
    await service.finish();
    expect(service.failures).toEqual([]);
  });

  it('that meets a defect in reading the file is told to the log', () => {
    const { plan } = load();
    const broken = (): never => {
      throw new TypeError('oh');
    };
    new Reloader({ host, plan, files: [], load: broken, isStopping: () => false, warn: () => {} }).begin(
      service,
    );
    hangUp();
    expect(service.failures).toMatchObject([{ message: 'oh' }]);
  });

  it('tells what is odd about the file', async () => {
    create().begin(service);
    file = config(2).replace('pools: {', 'pools: { unused: { backends: [127.0.0.1:9] },');
    hangUp();
    expect(warnings).toEqual([expect.stringMatching(/^proxy\.yaml:3:.*unused/)]);
    await service.finish();
  });
});

describe('a look at the file', () => {
  it('reloads what means something else than before', async () => {
    const reloader = create();
    reloader.begin(service);
    file = config(2);
    reloader.look();
    expect(portsOf(service.plans)).toEqual([2]);
    await service.finish();
  });

  it('does nothing, and warns of nothing, where the file says the same in other words', () => {
    const reloader = create();
    reloader.begin(service);
    file = `# a comment\n${config(1)}`;
    reloader.look();
    expect(reads).toBe(1);
    expect(service.plans).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('compares with what was put in force last, not with what was refused', async () => {
    const reloader = create();
    reloader.begin(service);
    file = config(2);
    reloader.look();
    await service.finish(new SluiceError('LISTEN_FAILED', 'taken'));
    reloader.look();
    expect(service.plans).toHaveLength(2);
    await service.finish();
    reloader.look();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(service.plans).toHaveLength(2);
    file = config(1);
    reloader.look();
    expect(portsOf(service.plans)).toEqual([2, 2, 1]);
    await service.finish();
  });

  it('does not take back a SIGHUP that waits', async () => {
    const reloader = create();
    reloader.begin(service);
    hangUp();
    hangUp();
    reloader.look();
    await service.finish();
    expect(service.plans).toHaveLength(2);
    await service.finish();
  });
});
