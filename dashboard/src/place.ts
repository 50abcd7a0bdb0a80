import { signal } from '@preact/signals';
import { placeOf } from './routing.ts';

/** Where the page is now; follows the address. */
export const place = signal(placeOf(location.hash));

addEventListener('hashchange', () => {
  place.value = placeOf(location.hash);
});
