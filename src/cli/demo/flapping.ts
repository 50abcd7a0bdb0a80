import type { WebBackend } from './web-backend.ts';

/** How long the flapping backend is up, and how long down. */
const FLAP_MS = 10_000;

/** Shuts and opens a backend by turns until `stop`. Where its port was taken meanwhile, it tries again next time. */
export function flap(backend: WebBackend): { stop(): void } {
  let up = true;
  const timer = setInterval(async () => {
    try {
      if (up) await backend.shut();
      else await backend.open();
      up = !up;
    } catch {
      // It stays as it is for another turn.
    }
  }, FLAP_MS);
  return { stop: () => clearInterval(timer) };
}
