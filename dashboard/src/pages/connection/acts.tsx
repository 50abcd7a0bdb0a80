import type { ConnectionView } from '../../../../src/core/connection-view.ts';
import { change } from '../../api.ts';
import { confirmed } from '../../parts/dialog.tsx';
import { attempt } from '../../parts/notices.tsx';

export interface ActsProps {
  readonly id: string;
  readonly view: ConnectionView;
  /** The form for a capture is open. */
  readonly isCapturing: boolean;
  onCapture(): void;
}

/** What can be done to a connection that lives. */
export function Acts({ id, view, isCapturing, onCapture }: ActsProps) {
  return (
    <div class="connection-acts">
      <button type="button" aria-expanded={isCapturing} onClick={onCapture}>
        capture
      </button>
      <button type="button" class="danger" onClick={() => void end(id, view)}>
        end it
      </button>
    </div>
  );
}

async function end(id: string, { client, listener, state }: ConnectionView): Promise<void> {
  const isMeant = await confirmed({
    title: `End connection ${id}?`,
    text: `It is one of ${client} on ${listener}, ${state}. What was read is delivered, then both sides get a RST; the reason in the log is “killed”.`,
    yes: 'end it',
  });
  if (isMeant) await attempt(`ending ${id}`, () => change('DELETE', `/v1/connections/${id}`));
}
