import { count, fine, rate, size } from '../../format.ts';
import { Plot } from '../../parts/plot.tsx';
import type { Sampled } from './samples.ts';

const WAYS = [
  { name: 'from the client', colour: '--line-1' },
  { name: 'to the client', colour: '--line-4' },
];
const LEGS = [
  { name: 'client', colour: '--line-2' },
  { name: 'backend', colour: '--line-6' },
];
const HEIGHT = 130;

/** What passes, what waits, and what the kernel knows of both legs, over the time in which this page has looked. */
export function Plots({ bytes, waiting, roundTrips, resent, delivery }: Sampled) {
  return (
    <section>
      <h2>Since this page looks</h2>
      <div class="plots">
        <Plot title="Bytes a second" lines={WAYS} data={bytes} format={rate} isBinary height={HEIGHT} />
        <Plot
          title="Waiting for a slow peer"
          lines={[
            { name: 'for the backend', colour: '--line-1' },
            { name: 'for the client', colour: '--line-4' },
          ]}
          data={waiting}
          format={size}
          isBinary
          height={HEIGHT}
        />
        {roundTrips === null ? null : (
          <Plot title="Round trip" lines={LEGS} data={roundTrips} format={fine} height={HEIGHT} />
        )}
        {delivery === null ? null : (
          <Plot title="Delivery rate" lines={LEGS} data={delivery} format={rate} isBinary height={HEIGHT} />
        )}
        {resent === null ? null : (
          <Plot title="Segments sent again" lines={LEGS} data={resent} format={count} height={HEIGHT} />
        )}
      </div>
      {roundTrips === null ? (
        <p class="soft">Round trips and retransmissions of both legs are told on the linux plane alone.</p>
      ) : null}
    </section>
  );
}
