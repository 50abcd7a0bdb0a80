import { signal } from '@preact/signals';

const SHOWN_MAX = 4;
const SHOWN_MS = 8_000;

interface Notice {
  readonly number: number;
  readonly text: string;
  readonly isError: boolean;
}

const notices = signal<readonly Notice[]>([]);
let made = 0;

/** Tells the viewer what came of an act, for some seconds. */
export function notify(text: string, isError = false): void {
  const notice = { number: ++made, text, isError };
  notices.value = [...notices.value, notice].slice(-SHOWN_MAX);
  setTimeout(() => {
    notices.value = notices.value.filter((each) => each !== notice);
  }, SHOWN_MS);
}

/** Does it, and tells the viewer where it failed; gives whether it succeeded. */
export async function attempt(what: string, act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    notify(what);
    return true;
  } catch (error) {
    notify(`${what}: ${error instanceof Error ? error.message : error}`, true);
    return false;
  }
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ number, text, isError }) => (
        <p key={number} class={isError ? 'bad' : ''}>
          {text}
        </p>
      ))}
    </div>
  );
}
