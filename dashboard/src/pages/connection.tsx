import { useState } from 'preact/hooks';
import { CLOSE_REASONS } from '../../../src/core/close-reason.ts';
import { CaptureForm } from '../captures/form.tsx';
import { Takings } from '../captures/list.tsx';
import { clock } from '../format.ts';
import { linkTo } from '../routing.ts';
import { Acts } from './connection/acts.tsx';
import { LifeOf } from './connection/life.tsx';
import { Plots } from './connection/plots.tsx';
import { Said } from './connection/said.tsx';
import { StagesOf } from './connection/stages.tsx';
import { Summary } from './connection/summary.tsx';
import { useConnection, type Watched } from './connection/watch.ts';
import { WhyOf } from './connection/why.tsx';
import './connection.css';

export interface ConnectionProps {
  readonly id: string;
}

/** All that is known of one connection, kept as it is now; what was seen last stays when it has ended. */
export function Connection({ id }: ConnectionProps) {
  const watched = useConnection(id);
  const [isCapturing, setIsCapturing] = useState(false);
  const { view, seen, sampled, end, error } = watched;
  return (
    <>
      <div class="bar">
        <h2 class="title">
          <a href={linkTo('connections')}>connections</a> / <span class="address">{id}</span>{' '}
          <State {...watched} />
        </h2>
        {end === null && view !== null ? (
          <Acts
            id={id}
            view={view}
            isCapturing={isCapturing}
            onCapture={() => setIsCapturing(!isCapturing)}
          />
        ) : null}
      </div>
      <EndNote {...watched} />
      {isCapturing && end === null ? <CaptureForm listeners={[]} connection={id} /> : null}
      <Takings of={id} />
      {error === null ? null : <p class="bad">It cannot be looked at: {error.message}</p>}
      {view === null ? null : (
        <>
          <Summary view={view} end={end} />
          <LifeOf view={view} seen={seen} end={end} />
          {sampled === null ? null : <Plots {...sampled} />}
          <StagesOf id={id} view={view} isLive={end === null} />
          <WhyOf {...view.why} />
          <Said {...view} />
        </>
      )}
    </>
  );
}

function State({ view, end }: Watched) {
  if (end !== null) return <span class="pill soft">ended</span>;
  if (view === null) return null;
  return <span class="pill good">{view.state}</span>;
}

function EndNote({ view, end }: Watched) {
  if (end === null) return null;
  if (end === 'gone')
    return (
      <p role="status">
        {view === null
          ? 'There is no such connection, or no more. What is left of one that has ended is its line in the log.'
          : 'It has ended. What follows is what was seen last.'}
      </p>
    );
  const meaning = (CLOSE_REASONS as Readonly<Record<string, { readonly meaning: string }>>)[end.reason]
    ?.meaning;
  return (
    <p role="status" class="ending">
      Ended at {clock(end.at)} with the reason <b>{end.reason}</b>
      {meaning === undefined ? '' : `: ${meaning}`}. What follows is what was seen last.
    </p>
  );
}
