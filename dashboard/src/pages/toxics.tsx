import { place } from '../place.ts';
import { linkTo } from '../routing.ts';
import { service } from '../service.ts';
import { useStageCounts } from '../toxics/counts.ts';
import { StagesPanel } from '../toxics/panel.tsx';
import './toxics.css';

/** Stages at run time, of a listener or of a connection: `#/toxics/edge`, `#/toxics?connection=0000000000f2`. */
export function Toxics() {
  const { item, query } = place.value;
  const connection = query.get('connection');
  const listeners =
    service.value?.status.listeners.filter(({ retired }) => !retired).map(({ name }) => name) ?? [];
  const listener = connection === null ? (item ?? listeners[0] ?? null) : null;
  const counts = useStageCounts(listeners);
  return (
    <>
      <div class="targets">
        <nav aria-label="listeners">
          {listeners.map((name) => (
            <a key={name} href={linkTo('toxics', name)} aria-current={name === listener ? 'true' : undefined}>
              {name}
              {counts.get(name) ? <small class="badge">{counts.get(name)}</small> : null}
            </a>
          ))}
        </nav>
        <ConnectionChoice connection={connection ?? ''} />
      </div>
      {connection !== null ? (
        <Target key={connection} title={`of connection ${connection}`} target={{ connection }} />
      ) : listener !== null ? (
        <Target key={listener} title={`of listener ${listener}`} target={{ listener }} />
      ) : (
        <p class="soft">There is no listener.</p>
      )}
    </>
  );
}

interface TargetProps {
  readonly title: string;
  readonly target: { readonly listener: string } | { readonly connection: string };
}

function Target({ title, target }: TargetProps) {
  return (
    <section>
      <h2>Stages at run time {title}</h2>
      <p class="soft">
        {'listener' in target
          ? 'They stand in all its connections, also those to come, behind the stages of the configuration; a reload leaves them, a restart forgets them.'
          : 'They stand in this connection alone, behind those of its listener, and end with it.'}{' '}
        A change holds at once, for bytes under way too. Schedules count from the last change.
      </p>
      <StagesPanel target={target} />
    </section>
  );
}

function ConnectionChoice({ connection }: { readonly connection: string }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const id = new FormData(event.currentTarget).get('id');
        if (typeof id === 'string' && id.trim() !== '')
          location.hash = linkTo('toxics', null, { connection: id.trim() });
      }}
    >
      <label>
        or of a connection{' '}
        <input name="id" class="address" placeholder="0000000000f2" defaultValue={connection} size={14} />
      </label>{' '}
      <button type="submit">show</button>
    </form>
  );
}
