import { CaptureForm } from '../captures/form.tsx';
import { progressOf, Takings } from '../captures/list.tsx';
import { stop, takings } from '../captures/taking.ts';
import { clock, size } from '../format.ts';
import { confirmed } from '../parts/dialog.tsx';
import { attempt } from '../parts/notices.tsx';
import { Table } from '../parts/table.tsx';
import { place } from '../place.ts';
import { usePoll } from '../poll.ts';
import { service } from '../service.ts';

const EVERY_MS = 1_000;

/** A capture that the service runs, as the API tells of it. */
interface Running {
  readonly id: string;
  readonly listener: string | null;
  readonly connection: string | null;
  readonly started: number;
  readonly for: number;
  readonly bytes: number;
}

/** Captures: another one, those of this page, and all that the service runs. */
export function Captures() {
  const { value, error } = usePoll<{ captures: readonly Running[] }>('/v1/captures', EVERY_MS);
  const listeners = service.value?.status.listeners.filter(({ retired }) => !retired).map(({ name }) => name);
  const captures = value?.captures ?? [];
  return (
    <>
      <h2>Another capture</h2>
      {listeners === undefined ? null : (
        <CaptureForm listeners={listeners} connection={place.value.query.get('connection') ?? ''} />
      )}
      <p class="soft">
        It is a pcapng file for Wireshark and tshark, of what passes while it is taken. It comes to this page
        as it is taken; leave the page open until it is over.
      </p>
      {takings.value.length === 0 ? null : <h2>Of this page</h2>}
      <Takings />
      <h2>Running in the service</h2>
      {error === null ? null : <p class="bad">{error.message}</p>}
      {captures.length === 0 ? (
        <p class="soft">
          None. Those begun by <code>sluice capture</code> or over the API would be here as well.
        </p>
      ) : (
        <RunningTable captures={captures} />
      )}
    </>
  );
}

function RunningTable({ captures }: { readonly captures: readonly Running[] }) {
  const own = new Set(takings.value.map(({ id }) => id));
  return (
    <Table
      label="captures that run"
      columns={[
        { name: 'id' },
        { name: 'of' },
        { name: 'since' },
        { name: 'time' },
        { name: 'handed out', isNumber: true },
        { name: 'taken by' },
        { name: 'change' },
      ]}
    >
      <tbody>
        {captures.map(({ id, listener, connection, started, for: forMs, bytes }) => (
          <tr key={id}>
            <td class="address">{id}</td>
            <td>{listener === null ? `connection ${connection}` : `listener ${listener}`}</td>
            <td>{clock(started)}</td>
            <td>{progressOf(started, forMs, service.value?.at ?? started)}</td>
            <td class="number">{size(bytes)}</td>
            <td>{own.has(id) ? 'this page' : 'somebody else'}</td>
            <td>
              <button type="button" onClick={() => void stopAsked(id, own.has(id))}>
                stop
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

async function stopAsked(id: string, isOwn: boolean): Promise<void> {
  const isMeant =
    isOwn ||
    (await confirmed({
      title: `Stop capture ${id}?`,
      text: 'Somebody else takes it. They get what came until now.',
      yes: 'stop it',
    }));
  if (isMeant) await attempt(`stopping capture ${id}`, () => stop(id));
}
