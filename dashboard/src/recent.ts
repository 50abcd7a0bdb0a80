import { signal } from '@preact/signals';
import { History, type Point } from './history.ts';
import { onStatus } from './service.ts';

/** What the service did in the last minutes, as far as this page has seen it, whatever part of it was shown. */
export const recent = signal<readonly Point[]>([]);

const history = new History();

onStatus((at, status) => {
  history.add({ at, status });
  recent.value = history.points;
});
