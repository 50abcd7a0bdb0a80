import type { MessagePort } from 'node:worker_threads';
import { pulsesIn } from './connection/index.ts';
import { errorFact, textOf } from './core/error-fact.ts';
import { SluiceError } from './core/errors.ts';
import type { ShardReply, ShardRequest } from './core/mail.ts';
import type { Plane } from './core/ports.ts';
import { addToWord, notifyWord, writeWord } from './core/shard-words.ts';
import type { Shard } from './shard.ts';
import type { ShardBoot } from './shard-boot.ts';
import { buildShard } from './shard-build.ts';
import { COUNTERS } from './shard-counters.ts';
import { killOn, listOn } from './shard-inquiries.ts';
import { openThreadPlane } from './shard-plane.ts';
import { countersOf, FactsWriter, wordsOf } from './shared-memory/index.ts';
import { flushTees, reportStageErrors } from './stream/index.ts';

/** How often a shard says that it lives. */
export const BEAT_MS = 50;

/** Facts of so long are told together: waking control costs both threads more than a fact. */
const FACTS_MS = 10;

/** How long files that are being written may take when a shard ends. */
export const FLUSH_MS_MAX = 5_000;

/** Symbol of the global function that resets all sockets of this thread, for control to call when the thread hangs. */
export const CUT_FUNCTION = 'sluice.cut';

/**
 * Runs a shard on this thread until control closes it. What nothing catches is told, then every socket is reset and the
 * thread ends: a stream that is cut never looks like one that has finished.
 */
export function serveShard(port: MessagePort, boot: ShardBoot): void {
  const { number, regions } = boot;
  const words = wordsOf(regions, number);
  writeWord(words, 'GONE', 0);
  const cells = countersOf(regions, number);
  const tell = (reply: ShardReply): void => port.postMessage(reply);
  const facts = new FactsWriter(
    regions.rings[number] as SharedArrayBuffer,
    () => {
      cells[COUNTERS.factsDropped()]! += 1;
    },
    () => plane.timers.after(FACTS_MS, () => tell({ kind: 'facts' })),
  );
  const report = (error: unknown): void => facts.write(errorFact(error, Date.now()));
  const { plane, needNode, leftOpen, serve } = openThreadPlane(port, boot, {
    epoch: boot.epoch,
    onObserverError: report,
    onOpen: (by) => addToWord(words, 'DESCRIPTORS', by),
  });
  const shard = buildShard({
    ...boot,
    plane,
    needNode,
    emit: facts.write,
    wake: (other) => tell({ kind: 'wake', shard: other }),
  });
  reportStageErrors(report);

  process.on('uncaughtException', (error) => {
    tell({ kind: 'threw', message: textOf(error) });
    process.exit(1);
  });
  const cutAll = (): void => void plane.close();
  process.on('exit', () => {
    cutAll();
    writeWord(words, 'GONE', 1);
    notifyWord(words, 'GONE');
  });
  Object.assign(globalThis, { [Symbol.for(CUT_FUNCTION)]: cutAll });
  const beat = setInterval(() => addToWord(words, 'BEAT', 1), BEAT_MS);

  const close = async (): Promise<void> => {
    shard.close();
    await plane.close();
    if (leftOpen() > 0) report(`the ${plane.name} plane has left ${leftOpen()} descriptors open`);
    const unwritten = await flushTees(FLUSH_MS_MAX);
    if (unwritten > 0) report(`${unwritten} tee files were not written to their end in ${FLUSH_MS_MAX} ms`);
    tell({ kind: 'closed' });
    clearInterval(beat);
    port.close();
  };
  serve((request) => void obey(shard, number, plane, request, tell, close));
  tell({ kind: 'started' });
}

async function obey(
  shard: Shard,
  number: number,
  plane: Plane,
  request: ShardRequest,
  tell: (reply: ShardReply) => void,
  close: () => Promise<void>,
): Promise<void> {
  switch (request.kind) {
    case 'prepare':
      tell(await prepare(shard, request));
      return;
    case 'commit':
      await shard.commit(request.version);
      tell({ kind: 'committed', version: request.version });
      return;
    case 'abort':
      await shard.abort(request.version);
      tell({ kind: 'aborted', version: request.version });
      return;
    case 'stop-accepting':
      await shard.stopAccepting();
      tell({ kind: 'accepting-stopped' });
      await shard.empty();
      tell({ kind: 'empty' });
      return;
    case 'cut':
      tell({ kind: 'cutting', connections: shard.cut() });
      return;
    case 'end-sessions':
      shard.registry.endSessions(request.backend, request.most, request.why);
      return;
    case 'wake':
      shard.wake();
      return;
    case 'names':
      shard.takeNames(request.addresses);
      return;
    case 'census': {
      const gone = request.connections.filter((id) => shard.registry.get(id) === undefined);
      tell({ kind: 'census-taken', gone });
      return;
    }
    case 'view':
      tell({ kind: 'viewed', version: request.version, view: shard.view(request.connection) });
      return;
    case 'pulse':
      tell({
        kind: 'pulses',
        version: request.version,
        pulses: pulsesIn(shard.registry, request.connections),
      });
      return;
    case 'list': {
      const { version, query } = request;
      listOn(shard, number, plane, query, (page) => tell({ kind: 'listed', version, page }));
      return;
    }
    case 'kill':
      tell({ kind: 'killed', version: request.version, count: killOn(shard, request.connections) });
      return;
    case 'inspect': {
      const present = shard.registry.inspection.follow(request.inspected);
      tell({ kind: 'inspecting', version: request.version, present });
      return;
    }
    case 'stages':
      await shard.stages.setListener(request.listener, request.stages);
      tell({ kind: 'staged', version: request.version });
      return;
    case 'stage': {
      const { connection, name, stage, version } = request;
      const outcome = await shard.stages.setConnection(connection, name, stage);
      tell({ kind: 'stage-set', version, outcome });
      return;
    }
    case 'close':
      await close();
      return;
    case 'exit':
      process.exit(1);
  }
}

async function prepare(
  shard: Shard,
  { plan, bound }: Extract<ShardRequest, { kind: 'prepare' }>,
): Promise<ShardReply> {
  try {
    return { kind: 'prepared', version: plan.version, bound: await shard.prepare(plan, bound) };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { kind: 'refused', version: plan.version, code: error.code, message: error.message };
  }
}
