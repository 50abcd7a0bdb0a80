import type { SchedulerLike } from 'rxjs';
import { Flow } from '../../src/connection/flow.ts';
import type { Address } from '../../src/core/address.ts';
import { connectionId } from '../../src/core/connection-id.ts';
import type { Endpoint } from '../../src/core/ports.ts';
import type { StagePlan } from '../../src/core/stage-plan.ts';
import { buildStages } from '../../src/stream/index.ts';

/** A message, and a read that came full. */
export const CHUNK_SIZES = [256, 65_536] as const;

const NOWHERE: Address = { kind: 'tcp', host: '127.0.0.1', port: 0 };

/** One direction of a connection between an endpoint that is this object's caller and one that takes everything at once. */
export class ChunkPipe {
  readonly #bytes: Uint8Array;
  readonly #flow: Flow;

  /** `stages` are those of the direction up. Throws what a stage throws. */
  constructor(stages: readonly StagePlan[], bytes: number, scheduler: SchedulerLike) {
    this.#bytes = new Uint8Array(bytes);
    const built = buildStages(stages, 'up', {
      scheduler,
      connection: connectionId(0, 0, 1),
      listener: 'edge',
      openedAt: 0,
      failed: (stage, message) => {
        throw new Error(`${stage}: ${message}`);
      },
      dropped: () => {},
    });
    const sink = endpoint((taken) => this.#flow.accepted(taken, 0));
    this.#flow = new Flow(
      'up',
      endpoint(() => {}),
      sink,
      built,
      {
        passedFin: () => {},
        waits: () => {},
        stageEnded: (end) => {
          throw end;
        },
        defect: (error) => {
          throw error;
        },
        now: () => 0,
      },
    );
    this.#flow.start(0, false);
  }

  /** So many chunks, as a plane hands them over: each an object of its own over borrowed bytes. */
  push(chunks: number): void {
    for (let chunk = 0; chunk < chunks; chunk++)
      this.#flow.data({ bytes: this.#bytes, at: 0, borrowed: true });
    if (this.#flow.window.outstanding !== 0)
      throw new Error('a stage holds chunks: this measures those that do not');
  }
}

function endpoint(took: (bytes: number) => void): Endpoint {
  return {
    local: NOWHERE,
    remote: NOWHERE,
    tcpInfo: null,
    originalDestination: null,
    unread: 0,
    pending: 0,
    observe: () => {},
    peek: () => {},
    consume: () => {},
    resume: () => {},
    pause: () => {},
    discard: () => {},
    passTo: () => {},
    passToNobody: () => {},
    write: ({ bytes }) => took(bytes.length),
    end: () => {},
    reset: () => {},
    close: () => {},
    destroy: () => {},
  };
}
