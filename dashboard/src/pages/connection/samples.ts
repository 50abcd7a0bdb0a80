import type { ConnectionView } from '../../../../src/core/connection-view.ts';
import { Rate, Series } from '../../series.ts';

/** Points that are kept: ten minutes, where one comes each second. */
export const SAMPLES_MAX = 600;

/** Columns for a plot: seconds since 1970, then one for each line. */
export type Columns = readonly (readonly (number | null)[])[];

/** What of a connection is drawn over time. */
export interface Sampled {
  /** Bytes a second from the client, and to it. */
  readonly bytes: Columns;
  /** Bytes that were read and that the far socket does not take, to the backend and to the client. */
  readonly waiting: Columns;
  /** Round trips in milliseconds, of client and backend. null = the plane does not tell. */
  readonly roundTrips: Columns | null;
  /** Segments sent again, in all, and bytes a second that the kernel measured; of client and backend. */
  readonly resent: Columns | null;
  readonly delivery: Columns | null;
}

/** Remembers what the views of one connection say. */
export class Samples {
  readonly #bytes = new Series(['up', 'down'], SAMPLES_MAX);
  readonly #waiting = new Series(['up', 'down'], SAMPLES_MAX);
  readonly #roundTrips = new Series(['client', 'backend'], SAMPLES_MAX);
  readonly #resent = new Series(['client', 'backend'], SAMPLES_MAX);
  readonly #delivery = new Series(['client', 'backend'], SAMPLES_MAX);
  readonly #up = new Rate();
  readonly #down = new Rate();
  #hasTcp = false;

  add(view: ConnectionView): void {
    const { at, clientTcp, backendTcp } = view;
    const [up, down] = [this.#up.next(at, view.bytesUp), this.#down.next(at, view.bytesDown)];
    this.#bytes.add(at, { ...(up !== null && { up }), ...(down !== null && { down }) });
    this.#waiting.add(at, { up: view.waitingUp, down: view.waitingDown });
    if (clientTcp === null && backendTcp === null) return;
    this.#hasTcp = true;
    const each = (of: (tcp: NonNullable<ConnectionView['clientTcp']>) => number) => ({
      ...(clientTcp !== null && { client: of(clientTcp) }),
      ...(backendTcp !== null && { backend: of(backendTcp) }),
    });
    this.#roundTrips.add(
      at,
      each(({ rttUs }) => rttUs / 1000),
    );
    this.#resent.add(
      at,
      each(({ retransmits }) => retransmits),
    );
    this.#delivery.add(
      at,
      each(({ deliveryRate }) => deliveryRate),
    );
  }

  columns(): Sampled {
    const ofTcp = (series: Series): Columns | null => (this.#hasTcp ? series.columns() : null);
    return {
      bytes: this.#bytes.columns(),
      waiting: this.#waiting.columns(),
      roundTrips: ofTcp(this.#roundTrips),
      resent: ofTcp(this.#resent),
      delivery: ofTcp(this.#delivery),
    };
  }
}
