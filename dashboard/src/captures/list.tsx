import { parseDuration } from '../../../src/config/units.ts';
import { clock, size, span } from '../format.ts';
import { attempt } from '../parts/notices.tsx';
import { service } from '../service.ts';
import { forget, stop, type Taking, takings } from './taking.ts';
import './captures.css';

/** The captures of this page: those that are taken, and those that can be saved. `of`: only those of this connection. */
export function Takings({ of = null }: { readonly of?: string | null }) {
  const shown = takings.value.filter(({ wish }) => of === null || wish.connection === of);
  if (shown.length === 0) return null;
  return (
    <ul class="takings" aria-label="captures of this page">
      {shown.map((taking) => (
        <li key={taking.number}>
          <TakingRow {...taking} />
        </li>
      ))}
    </ul>
  );
}

function TakingRow({ number, wish, started, id, bytes, state, error, end, fileName, url }: Taking) {
  const what = wish.listener === undefined ? `connection ${wish.connection}` : `listener ${wish.listener}`;
  return (
    <>
      <b>{what}</b>
      <span class="soft">
        since {clock(started)} for {wish.for}
      </span>
      <span role="status">
        {state === 'failed' ? <span class="bad">{error}</span> : size(bytes)}
        {end === null ? null : <span class="soft end">{end}</span>}
      </span>
      {state === 'taking' ? (
        <>
          <progress aria-label={`capture of ${what}`} {...passedOf(started, wish.for)} />
          <button
            type="button"
            disabled={id === null}
            onClick={() => id !== null && void attempt(`ending the capture of ${what}`, () => stop(id))}
          >
            stop and save
          </button>
        </>
      ) : (
        <>
          {url === null ? null : (
            <a href={url} download={fileName}>
              save {fileName}
            </a>
          )}
          <button type="button" onClick={() => forget(number)}>
            forget it
          </button>
        </>
      )}
    </>
  );
}

/** How much of its time is over, as it stands once a second. */
function passedOf(started: number, time: string): { readonly value?: number; readonly max?: number } {
  const forMs = parseDuration(time);
  if (forMs === null) return {};
  return { value: Math.min(forMs, Math.max(0, (service.value?.at ?? started) - started)), max: forMs };
}

/** How long a capture has run, of how long it may. */
export function progressOf(started: number, forMs: number, now: number): string {
  return `${span(Math.max(0, now - started))} of ${span(forMs)}`;
}
