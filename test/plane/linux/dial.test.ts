import { describe, expect, it } from 'vitest';
import { PLAIN_SOCKET } from '../../../src/core/plain-socket.ts';
import type { Cancellable, DialOptions, Endpoint } from '../../../src/core/ports.ts';
import { EHOSTUNREACH, IPPROTO_TCP, TCP_QUICKACK } from '../../../src/plane/linux/abi.ts';
import type { Lookup } from '../../../src/plane/linux/dial.ts';
import { decodeAddress } from '../../../src/plane/linux/sockaddr.ts';
import { ECONNREFUSED } from './fake-faults.ts';
import type { FakePeer } from './fake-peer.ts';
import type { FakeSocket } from './fake-socket.ts';
import { BACKEND, FakeWorld } from './fake-world.ts';

const NAMED = { kind: 'tcp', host: 'backend.example', port: 5000 } as const;

/** What becomes of a dial to each host; one that is not named here hangs. */
type Fates = Readonly<Record<string, (socket: FakeSocket, peer: FakePeer) => number>>;

const refuse = (socket: FakeSocket): number => {
  socket.breaks(ECONNREFUSED);
  return 0;
};
const accept = (socket: FakeSocket, peer: FakePeer): number => {
  socket.connected(peer);
  return 0;
};

class Bed {
  readonly world: FakeWorld;
  readonly tried: string[] = [];
  readonly told: string[] = [];
  readonly peers: FakePeer[] = [];
  endpoint: Endpoint | null = null;

  constructor(fates: Fates, addresses: readonly string[] | string = []) {
    const lookup: Lookup = (_host, found) =>
      typeof addresses === 'string' ? found(addresses, []) : found(null, addresses);
    this.world = new FakeWorld(1, { lookup });
    this.world.kernel.onConnect = (socket, bytes) => {
      const address = decodeAddress(bytes, bytes.length);
      const host = address.kind === 'tcp' ? address.host : address.path;
      this.tried.push(host);
      const peer = this.world.peer(socket, 'backend');
      this.peers.push(peer);
      return fates[host]?.(socket, peer) ?? 0;
    };
  }

  dial(options: Partial<DialOptions> = {}, host: string = BACKEND.host): Cancellable {
    const handler = {
      connected: (endpoint: Endpoint) => {
        this.endpoint = endpoint;
        this.told.push('connected');
      },
      failed: ({ kind, code }: { kind: string; code: string }) => {
        this.told.push(`${kind} ${code}`);
      },
    };
    return this.world.plane.dial({ ...BACKEND, host }, { ...PLAIN_SOCKET, ...options }, handler);
  }

  async end(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) this.world.turn();
    await this.world.plane.close();
    const { kernel, plane, openTold } = this.world;
    expect([kernel.open, plane.table.size, plane.open, openTold]).toEqual([0, 0, 0, 0]);
    expect(kernel.violations).toEqual([]);
  }
}

describe('a dial', () => {
  it('to a name with several addresses tries the next where one refuses', async () => {
    const bed = new Bed({ '10.0.0.1': refuse, '::2': () => -EHOSTUNREACH, '10.0.0.3': accept }, [
      '10.0.0.1',
      '::2',
      '10.0.0.3',
      '10.0.0.4',
    ]);
    bed.dial({}, NAMED.host);
    expect(bed.told).toEqual([]);
    for (let turn = 0; turn < 5; turn++) bed.world.turn();
    expect(bed.tried).toEqual(['10.0.0.1', '::2', '10.0.0.3']);
    expect(bed.told).toEqual(['connected']);
    expect(bed.endpoint?.remote).toEqual({ kind: 'tcp', host: '10.0.0.3', port: 5000 });
    await bed.end();
  });

  it('to a name tells the last failure where every address has failed', async () => {
    const bed = new Bed({ '10.0.0.1': () => -EHOSTUNREACH, '10.0.0.2': refuse }, ['10.0.0.1', '10.0.0.2']);
    bed.dial({}, NAMED.host);
    await bed.end();
    expect(bed.told).toEqual(['refused ECONNREFUSED']);
  });

  it('to a name that is not found fails, and so it does where the name has no address', async () => {
    for (const [addresses, told] of [
      ['EAI_AGAIN', 'name EAI_AGAIN'],
      [[], 'name ENOTFOUND'],
    ] as const) {
      const bed = new Bed({}, addresses);
      bed.dial({}, NAMED.host);
      expect(bed.told).toEqual([]);
      await bed.end();
      expect(bed.told).toEqual([told]);
    }
  });

  it('from a source of another family fails', async () => {
    for (const [source, host] of [
      ['::1', '127.0.0.1'],
      ['127.0.0.1', '::1'],
    ] as const) {
      const bed = new Bed({});
      bed.dial({ source }, host);
      await bed.end();
      expect([bed.told, bed.tried]).toEqual([['other EINVAL'], []]);
    }
  });

  it('that is to speak first keeps the last ACK of the handshake back, and any other does not', async () => {
    for (const speaksFirst of [true, false]) {
      const bed = new Bed({ '127.0.0.1': accept });
      bed.dial({ speaksFirst });
      bed.world.turn();
      const quickAck = bed.world.kernel.options.filter((set) =>
        set.endsWith(` ${IPPROTO_TCP} ${TCP_QUICKACK}`),
      );
      expect(quickAck).toHaveLength(speaksFirst ? 1 : 0);
      await bed.end();
    }
  });

  it('that finds no descriptor and no port says which', async () => {
    const bed = new Bed({});
    bed.world.kernel.socket = () => -24;
    bed.dial();
    await bed.end();
    expect(bed.told).toEqual(['out-of-descriptors EMFILE']);
    const other = new Bed({});
    other.world.kernel.bind = () => -99;
    other.dial({ source: '127.0.0.9' });
    await other.end();
    expect(other.told).toEqual(['out-of-ports EADDRNOTAVAIL']);
  });

  it('that epoll has no memory for fails, and leaves nothing open', async () => {
    const bed = new Bed({ '127.0.0.1': accept });
    bed.world.kernel.epollCtl = () => -12;
    bed.dial();
    await bed.end();
    expect(bed.told).toEqual(['out-of-descriptors ENOMEM']);
    expect(bed.peers[0]?.sawReset).toBe(true);
  });

  it('that is cancelled resets what is connected already, and tells nothing', async () => {
    const bed = new Bed({ '127.0.0.1': accept });
    const dial = bed.dial();
    bed.world.turn();
    dial.cancel();
    dial.cancel();
    expect(bed.peers[0]?.sawReset).toBe(true);
    await bed.end();
    expect(bed.told).toEqual([]);
  });

  it('that is cancelled before its turn has ended connects to nobody', async () => {
    const bed = new Bed({ '127.0.0.1': accept });
    bed.dial().cancel();
    await bed.end();
    expect([bed.peers, bed.told]).toEqual([[], []]);
  });

  it('that is cancelled while it hangs, while the name is looked up, or when it has failed, tells nothing', async () => {
    const hanging = new Bed({});
    const hangs = hanging.dial();
    hanging.world.turn();
    hangs.cancel();
    await hanging.end();
    const refused = new Bed({ '127.0.0.1': refuse });
    refused.world.kernel.connect = () => -ECONNREFUSED;
    const fails = refused.dial();
    refused.world.turn();
    fails.cancel();
    await refused.end();
    let answer = (): void => {};
    const named = new FakeWorld(1, {
      lookup: (_host, found) => {
        answer = () => found(null, ['127.0.0.1']);
      },
    });
    const fail = { connected: () => expect.unreachable(), failed: () => expect.unreachable() };
    const asks = named.plane.dial(NAMED, PLAIN_SOCKET, fail);
    named.turn();
    asks.cancel();
    answer();
    named.turn();
    expect([named.kernel.sockets, named.plane.open]).toEqual([[], 0]);
    expect([hanging.told, refused.told]).toEqual([[], []]);
  });
});
