import { Session } from 'node:inspector';
import { CUT_FUNCTION } from '../shard-serve.ts';

/** How long the thread may take to be interrupted. It answers within some 50 ms where it runs JavaScript. */
export const INTERRUPT_MS_MAX = 500;

interface Reply {
  readonly id?: number;
  readonly method?: string;
}

/**
 * Makes a thread that hangs in a loop reset all its sockets, so that what it cut never looks finished: a thread that is
 * just terminated closes them by FIN. It is interrupted as a debugger would do it, since nothing else runs code on a thread
 * that is busy. Tries its best: resolves within `waitMs` whatever comes of it. Terminate the thread afterwards.
 */
export function cutHungThread(threadId: number, waitMs = INTERRUPT_MS_MAX): Promise<void> {
  const session = new Session();
  return new Promise<void>((resolve) => {
    let isAttached = (): boolean => false;
    const timer = setTimeout(() => {
      resolve();
      if (!isAttached()) session.disconnect();
    }, waitMs);
    const over = (): void => {
      clearTimeout(timer);
      resolve();
      session.disconnect();
    };
    try {
      session.connect();
      isAttached = interrupt(session, threadId, over);
    } catch {
      // Where this Node has no inspector the thread is terminated all the same.
      over();
    }
  });
}

/**
 * Pauses the thread, calls its function, lets it go on. `done` is called then, or when the thread is gone, and not before,
 * also where nobody waits any more: a thread that is paused when its session ends is paused for ever, and cannot be
 * terminated. What is returned tells whether the thread was found.
 */
function interrupt(session: Session, threadId: number, done: () => void): () => boolean {
  let own: string | null = null;
  let lastId = 0;
  const send = (method: string, params: object = {}): number => {
    const message = JSON.stringify({ id: ++lastId, method, params });
    session.post('NodeWorker.sendMessageToWorker', { sessionId: own ?? '', message });
    return lastId;
  };
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    if (!workerInfo.title.startsWith(`[worker ${threadId}]`)) return;
    own = sessionId;
    send('Debugger.enable');
    send('Debugger.pause');
  });
  session.on('NodeWorker.detachedFromWorker', ({ params: { sessionId } }) => {
    if (sessionId === own) done();
  });
  let called = -1;
  session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
    if (sessionId !== own) return;
    const reply = JSON.parse(message) as Reply;
    if (reply.method === 'Debugger.paused')
      called = send('Runtime.evaluate', { expression: `globalThis[Symbol.for('${CUT_FUNCTION}')]()` });
    if (reply.id !== called) return;
    send('Debugger.resume');
    done();
  });
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return () => own !== null;
}
