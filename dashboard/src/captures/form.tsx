import { useState } from 'preact/hooks';
import { size } from '../format.ts';
import { notify } from '../parts/notices.tsx';
import { type CaptureWish, HELD_BYTES_MAX, TAKEN_AT_ONCE_MAX, take, takings } from './taking.ts';

export interface CaptureFormProps {
  /** Names of listeners to choose from; none: it is about `connection`. */
  readonly listeners: readonly string[];
  /** The id that stands there first; empty = none. */
  readonly connection: string;
}

/** Begins a capture that this page takes. */
export function CaptureForm({ listeners, connection }: CaptureFormProps) {
  const [of, setOf] = useState<'listener' | 'connection'>(connection === '' ? 'listener' : 'connection');
  const begin = (form: HTMLFormElement) => {
    if (takings.value.filter(({ state }) => state === 'taking').length >= TAKEN_AT_ONCE_MAX)
      return notify(`this page takes ${TAKEN_AT_ONCE_MAX} captures at once; stop one`, true);
    void take(wishOf(new FormData(form), of));
  };
  return (
    <form
      class="form"
      aria-label="another capture"
      onSubmit={(event) => {
        event.preventDefault();
        begin(event.currentTarget);
      }}
    >
      {listeners.length === 0 ? null : (
        <label>
          of a
          <select
            value={of}
            onChange={(event) => setOf(event.currentTarget.value === 'listener' ? 'listener' : 'connection')}
          >
            <option>listener</option>
            <option>connection</option>
          </select>
        </label>
      )}
      {of === 'listener' ? (
        <label>
          called
          <select name="listener">
            {listeners.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      ) : (
        <ConnectionField connection={connection} isFixed={listeners.length === 0} />
      )}
      <label>
        for, at most 1h
        <input name="for" required defaultValue="30s" size={6} />
      </label>
      <label>
        of each packet
        <input name="snaplen" placeholder="all, or 128B" size={10} />
      </label>
      {of === 'listener' ? (
        <>
          <label>
            only these clients
            <input name="client" placeholder="10.0.0.0/8, ::1" size={18} />
          </label>
          <label>
            only these routes
            <input name="route" placeholder="shop, api" size={14} />
          </label>
        </>
      ) : null}
      <button type="submit" class="primary">
        capture
      </button>
      <small class="soft">It ends before it has more than {size(HELD_BYTES_MAX)}.</small>
    </form>
  );
}

interface ConnectionFieldProps {
  readonly connection: string;
  /** It is this one. */
  readonly isFixed: boolean;
}

function ConnectionField({ connection, isFixed }: ConnectionFieldProps) {
  if (isFixed) return <input type="hidden" name="connection" value={connection} />;
  return (
    <label>
      with the id
      <input
        name="connection"
        class="address"
        required
        defaultValue={connection}
        placeholder="0000000000f2"
      />
    </label>
  );
}

function wishOf(data: FormData, of: 'listener' | 'connection'): CaptureWish {
  const text = (name: string): string => String(data.get(name) ?? '').trim();
  const words = (name: string): string[] =>
    text(name)
      .split(/[\s,]+/)
      .filter((word) => word !== '');
  const [client, route, snaplen] = [words('client'), words('route'), text('snaplen')];
  return {
    ...(of === 'listener' ? { listener: text('listener') } : { connection: text('connection') }),
    for: text('for'),
    ...(snaplen !== '' && { snaplen }),
    ...(client.length + route.length > 0 && {
      filter: { ...(client.length > 0 && { client }), ...(route.length > 0 && { route }) },
    }),
  };
}
