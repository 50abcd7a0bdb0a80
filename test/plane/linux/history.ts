import type { Endpoint } from '../../../src/core/ports.ts';
import { EHOSTUNREACH } from '../../../src/plane/linux/abi.ts';
import { ETIMEDOUT } from './fake-faults.ts';
import type { FakePeer } from './fake-peer.ts';
import { FakeWorld } from './fake-world.ts';
import { checkAlways, checkAtEnd, checkEarlyEnd, checkQuiet, stateOf } from './history-checks.ts';
import { dial } from './history-dial.ts';
import { MiniRelay, Told } from './mini-relay.ts';

/** How it ends, if not by both peers' FIN after all bytes: who does what, at some step of its own. */
export const FATES = [
  'clean',
  'client resets',
  'backend resets',
  'client vanishes',
  'backend vanishes',
  'owner resets',
  'owner closes',
  'owner destroys',
] as const;
export type Fate = (typeof FATES)[number];

const STEPS_MAX = 60;
const WRITE_BYTES_MAX = 3000;
const QUEUE_BYTES_MIN = 128;
const EARLY_TURNS = 100;
/** More than is ever held. */
const WINDOW_BYTES_MIN = 700;
/** Where everybody does what is asked of him, nothing takes longer. */
const TURNS_MAX = 20_000;
/** So many turns in which nothing moves: it stands, and will stand. */
const STILL_TURNS = 40;

export interface History {
  readonly world: FakeWorld;
  readonly fate: Fate;
  readonly relay: MiniRelay;
  readonly client: FakePeer;
  readonly backend: FakePeer;
  readonly consumed: number;
  /** What was written to each when the owner ended it. */
  atOwnersEnd: { up: number; down: number } | null;
  ruined: boolean;
  /** Bytes a peer moves in a step at most. */
  readonly pace: number;
}

/** Runs one history to its end, and throws where it breaks a promise. Returns what became of it. */
export async function runHistory(seed: number): Promise<{ fate: Fate; faults: Map<string, number> }> {
  const world = makeWorld(seed);
  const { random, kernel, plane } = world;
  const share = random.chance(0.2) ? 0 : random.next() * 0.25;
  let accepted: Endpoint | null = null;
  const told = new Told();
  const { listening, socket } = await world.listen({
    accept: (endpoint) => {
      accepted = endpoint;
      endpoint.observe(told);
    },
  });
  let client = world.client(socket);
  for (let turn = 0; accepted === null; turn++) {
    kernel.faults.share = share;
    if (turn > TURNS_MAX) throw new Error('nobody is accepted');
    if (client.sawReset) client = world.client(socket);
    world.turn(random.int(0, 50));
  }
  const endpoint: Endpoint = accepted;
  if (random.chance(0.03)) return resetEarly(world, endpoint, told, client);
  const consumed = peekFirst(world, endpoint, told, client);
  const [backendEnd, backend] = dial(world);
  backend.skips = consumed;
  const relay = new MiniRelay(endpoint, backendEnd, random.int(WINDOW_BYTES_MIN, 8192));
  relay.ofClient.sawFin = told.sawFin;
  const fate = random.chance(0.4) ? 'clean' : FATES[random.int(1, FATES.length - 1)]!;
  const pace = random.int(1, 2000);
  const history: History = {
    world,
    fate,
    relay,
    client,
    backend,
    consumed,
    atOwnersEnd: null,
    ruined: false,
    pace,
  };
  relay.up.start(told.heldBytes, told.sawFin, random.chance(0.9));
  relay.down.start(0, false, random.chance(0.9));
  if (told.isClosed) throw new Error('closed before it began');
  live(history);
  finish(history);
  await listening.close();
  await plane.close();
  checkAtEnd(history);
  return { fate, faults: kernel.faults.counts };
}

function makeWorld(seed: number): FakeWorld {
  const chance = new FakeWorld(seed).random;
  const readBytes = chance.int(16, 2048);
  return new FakeWorld(seed, {
    sizes: { readBytes, pipeBytes: chance.int(16, 4096), splice: chance.chance(0.75) },
    kernel: { queueBytesMax: chance.int(QUEUE_BYTES_MIN, 6000), pipeBytes: chance.int(16, 4096) },
  });
}

/** A client resets while it is looked at. */
async function resetEarly(
  world: FakeWorld,
  endpoint: Endpoint,
  told: Told,
  client: FakePeer,
): ReturnType<typeof runHistory> {
  const { random, kernel, plane } = world;
  // All of it has room in the socket's queue, so that the RST arrives.
  client.write(random.int(1, 60));
  endpoint.peek(random.int(1, 600));
  for (let turn = 0; turn < EARLY_TURNS; turn++) {
    if (turn === EARLY_TURNS / 2) client.reset(random.chance(0.5));
    client.step(random, 100);
    kernel.step();
    world.turn(7);
  }
  await plane.close();
  checkEarlyEnd(world, told);
  return { fate: 'client resets', faults: kernel.faults.counts };
}

/** As sniffing does: the first bytes are looked at, and some are dropped. Returns how many. */
function peekFirst(
  { random, ...world }: FakeWorld,
  endpoint: Endpoint,
  told: Told,
  client: FakePeer,
): number {
  if (random.chance(0.3)) return 0;
  const { plane, kernel } = world;
  client.write(random.int(1, 500));
  if (random.chance(0.1)) client.end();
  endpoint.peek(random.int(1, 600));
  for (let turn = 0; turn < 30 && (told.heldBytes === 0 || random.chance(0.5)); turn++) {
    client.step(random, 500);
    kernel.step();
    plane.reactor.turn(0);
  }
  const consumed = random.chance(0.5) ? random.int(0, told.heldBytes) : 0;
  if (consumed > 0) endpoint.consume(consumed);
  told.heldBytes -= consumed;
  return consumed;
}

function live(history: History): void {
  const { world, fate } = history;
  const { random } = world;
  const steps = random.int(5, STEPS_MAX);
  const ruinAt = fate === 'clean' ? -1 : random.int(0, steps);
  for (let step = 0; step <= steps; step++) {
    if (step === ruinAt) ruin(history);
    act(history);
    if (random.chance(0.8)) network(history, history.pace);
    if (random.chance(0.8)) world.turn(random.int(0, 30));
    checkAlways(history);
  }
}

function act({ world, relay, client, backend, ruined }: History): void {
  const { random } = world;
  const peer = random.chance(0.5) ? client : backend;
  const flow = random.chance(0.5) ? relay.up : relay.down;
  const [from, to] = random.chance(0.5) ? [relay.client, relay.backend] : [relay.backend, relay.client];
  const actions: (() => void)[] = [
    () => peer.write(random.int(1, WRITE_BYTES_MAX)),
    () => peer.write(random.int(1, WRITE_BYTES_MAX)),
    () => peer.write(random.int(1, WRITE_BYTES_MAX)),
    () => {
      peer.isReading = !peer.isReading;
    },
    () => flow.holdBack(!flow.isHeldBack),
    () => {
      if (random.chance(0.3)) from.passToNobody();
    },
    () => {
      if (!ruined) from.passTo(to);
    },
    () => {
      if (random.chance(0.1)) peer.urge();
    },
    () => {
      if (random.chance(0.1)) peer.end();
    },
  ];
  actions[random.int(0, actions.length - 1)]!();
}

function ruin(history: History): void {
  const { fate, relay, client, backend, world } = history;
  history.ruined = true;
  const isLast = world.random.chance(0.7);
  switch (fate) {
    case 'clean':
      return;
    case 'client resets':
      client.reset(isLast);
      return;
    case 'backend resets':
      backend.reset(isLast);
      return;
    case 'client vanishes':
      client.hasVanished = true;
      return;
    case 'backend vanishes':
      backend.hasVanished = true;
      return;
    case 'owner resets':
      history.atOwnersEnd = { up: relay.up.written, down: relay.down.written };
      relay.reset();
      return;
    case 'owner closes':
      history.atOwnersEnd = { up: relay.up.written, down: relay.down.written };
      relay.close();
      return;
    case 'owner destroys':
      relay.destroy();
      return;
  }
}

function network({ world, client, backend }: History, pace: number): void {
  client.step(world.random, pace);
  backend.step(world.random, pace);
  world.kernel.step();
}

/** Everybody does what is asked of him from here on, so that it must come to an end. */
function finish(history: History): void {
  const { world, relay, client, backend } = history;
  for (const peer of [client, backend]) peer.isReading = true;
  for (const flow of [relay.up, relay.down]) if (flow.isHeldBack) flow.holdBack(false);
  settle(history);
  checkQuiet(history);
  for (const peer of [client, backend]) {
    if (peer.hasVanished) peer.socket.breaks(world.random.chance(0.5) ? ETIMEDOUT : EHOSTUNREACH);
    else peer.end();
  }
  settle(history);
}

function settle(history: History): void {
  const { world } = history;
  let still = 0;
  let last = '';
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    network(history, history.pace + 500);
    world.turn(7);
    checkAlways(history);
    const now = stateOf(history);
    still = now === last ? still + 1 : 0;
    last = now;
    if (still > STILL_TURNS || isOver(history)) return;
  }
  throw new Error(`it goes on after ${TURNS_MAX} turns: ${last}`);
}

function isOver({ relay, client, backend }: History): boolean {
  const isGone = (peer: FakePeer, told: Told): boolean => told.isClosed && peer.socket.state !== 'open';
  return isGone(client, relay.ofClient) && isGone(backend, relay.ofBackend);
}
