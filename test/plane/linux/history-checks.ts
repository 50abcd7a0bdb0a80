import type { FakePeer } from './fake-peer.ts';
import type { FakeWorld } from './fake-world.ts';
import type { History } from './history.ts';
import type { Told } from './mini-relay.ts';

const CODES = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTCONN']);

/** What holds at any time. */
export function checkAlways(history: History): void {
  const { world, relay, client, backend } = history;
  for (const [peer, told] of [
    [client, relay.ofClient],
    [backend, relay.ofBackend],
  ] as const) {
    if (peer.problem !== null) throw new Error(peer.problem);
    if (told.problem !== null) throw new Error(told.problem);
    must(!told.sawFin || peer.socket.gotFin, 'FIN is told of a FIN');
    must(told.resetCode === null || CODES.has(told.resetCode), `a reset has a reason: ${told.resetCode}`);
  }
  if (world.errors.length > 0) throw world.errors[0];
  must(world.kernel.violations.length === 0, world.kernel.violations[0] ?? '');
  must(world.openTold === world.plane.open, 'every change of open was told');
  const waiting = [relay.client, relay.backend].filter(({ pending }) => pending > 0).length;
  must(world.plane.pipes.lent <= waiting, 'a pipe is lent only while bytes are in it');
  must(relay.ofBackend.acceptedBytes <= relay.up.written, 'no more is accepted upwards than was written');
  must(relay.ofClient.acceptedBytes <= relay.down.written, 'no more is accepted downwards than was written');
}

/** Nothing moves any more, though both peers read and their kernels answer. */
export function checkQuiet(history: History): void {
  const { relay, client, backend, fate } = history;
  for (const [peer, told, reads] of [
    [client, relay.ofClient, relay.up],
    [backend, relay.ofBackend, relay.down],
  ] as const) {
    const isBroken = peer.socket.gotReset && !peer.hasVanished;
    const seesIt = !fate.endsWith('vanishes');
    if (isBroken && seesIt)
      must(told.resetCode !== null || told.isClosed, `a RST is told: ${stateOf(history)}`);
    if (fate !== 'clean') continue;
    const far = peer === client ? backend : client;
    const sent = peer.written - (peer === client ? history.consumed : 0);
    must(far.received === sent, `all bytes have arrived: ${stateOf(history)}`);
    must(reads.written === sent, 'all bytes were told');
    must(told.sawFin === peer.hasEnded, `a FIN is told: ${stateOf(history)}`);
  }
}

/** What holds when all is over. */
export function checkAtEnd(history: History): void {
  const { world, relay, client, backend } = history;
  const state = stateOf(history);
  checkAlways(history);
  must(relay.ofClient.isClosed && relay.ofBackend.isClosed, `both ends are told closed: ${state}`);
  checkFate(history, state);
  const { plane, kernel } = world;
  const [open, noted, lent] = [kernel.open, plane.table.size, plane.pipes.lent];
  must(open === 0 && noted === 0, `no descriptor is left open: ${open} are, ${noted} are noted`);
  must(lent === 0, `every pipe was given back: ${lent} were not`);
  must(plane.open === 0, 'nothing is counted as open');
  must(
    !client.sawFin || relay.down.passedFin || history.fate === 'owner closes',
    'the client sees no made-up FIN',
  );
  must(
    !backend.sawFin || relay.up.passedFin || history.fate === 'owner closes',
    'the backend sees no made-up FIN',
  );
}

/** Of an endpoint that was reset while it was looked at. It may have more than it holds, and then finds the RST later. */
export function checkEarlyEnd({ kernel, plane, errors }: FakeWorld, told: Told): void {
  must(told.problem === null, told.problem ?? '');
  must(!told.sawFin, 'no FIN is made of a RST');
  must(
    told.resetCode !== null && CODES.has(told.resetCode),
    `a RST is told while holding: ${told.resetCode}`,
  );
  must(told.isClosed, 'closed is told');
  must(errors.length === 0 && kernel.violations.length === 0, 'nothing is wrong');
  must(kernel.open === 0 && plane.table.size === 0, 'no descriptor is left open');
}

function checkFate(history: History, state: string): void {
  const { fate, relay, client, backend, consumed, atOwnersEnd } = history;
  const isClean = (peer: FakePeer, told: Told): void => {
    must(peer.sawFin && !peer.sawReset, `a clean end is seen as one: ${state}`);
    must(told.resetCode === null && told.isFinished, `a clean end is told as one: ${state}`);
  };
  switch (fate) {
    case 'clean':
      must(backend.received === client.written - consumed, `the backend has all bytes: ${state}`);
      must(client.received === backend.written, `the client has all bytes: ${state}`);
      must(relay.ofBackend.acceptedBytes === relay.up.written, 'all bytes up were accepted');
      must(relay.ofClient.acceptedBytes === relay.down.written, 'all bytes down were accepted');
      isClean(client, relay.ofClient);
      isClean(backend, relay.ofBackend);
      return;
    case 'client resets':
      if (relay.ofClient.resetCode === null) return;
      must(backend.received === client.socket.arrived - consumed, `all before the RST has arrived: ${state}`);
      must(backend.sawReset || hasEndedBefore(backend), `the RST is passed on: ${state}`);
      return;
    case 'backend resets':
      if (relay.ofBackend.resetCode === null) return;
      must(client.received === backend.socket.arrived, `all before the RST has arrived: ${state}`);
      must(client.sawReset || hasEndedBefore(client), `the RST is passed on: ${state}`);
      return;
    case 'client vanishes':
    case 'backend vanishes':
    case 'owner destroys':
      return;
    case 'owner resets':
      if (atOwnersEnd === null) return;
      must(backend.received === atOwnersEnd.up, `what was written before reset() has arrived up: ${state}`);
      must(
        client.received === atOwnersEnd.down,
        `what was written before reset() has arrived down: ${state}`,
      );
      return;
    case 'owner closes':
      if (atOwnersEnd === null) return;
      must(backend.received === atOwnersEnd.up, `what was written before close() has arrived up: ${state}`);
      must(
        client.received === atOwnersEnd.down,
        `what was written before close() has arrived down: ${state}`,
      );
      isClean(client, relay.ofClient);
      isClean(backend, relay.ofBackend);
      return;
  }
}

/** Both FIN had gone their ways already, so that there was nothing left to reset. */
function hasEndedBefore(peer: FakePeer): boolean {
  return peer.sawFin && peer.socket.gotFin;
}

function must(holds: boolean, claim: string): void {
  if (!holds) throw new Error(`does not hold: ${claim}`);
}

export function stateOf({ relay, client, backend }: History): string {
  const of = (peer: FakePeer, told: Told): string =>
    `${peer.received}/${peer.written}/${peer.socket.arrived}/${peer.socket.state}/${peer.socket.send.size}` +
    `/${peer.sawFin}/${peer.sawReset}/${told.sawFin}/${told.isFinished}/${told.resetCode}/${told.isClosed}`;
  return `client ${of(client, relay.ofClient)}, backend ${of(backend, relay.ofBackend)}`;
}
