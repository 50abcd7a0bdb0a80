import * as defaults from './defaults.ts';
import { type Issue, wrongKey, wrongValue } from './issue.ts';
import { at, has, items, type Raw, text } from './raw.ts';

/** Connections made ahead: numbers in their order, and nothing that they would have to know of their client, or could break. */
export function checkPreconnect(pool: Raw): Issue[] {
  if (!has(pool, 'preconnect')) return [];
  const preconnect = at(pool, 'preconnect');
  const found: Issue[] = [];
  const least = numberOf(preconnect, 'min_idle', defaults.PRECONNECT_MIN_IDLE);
  const most = numberOf(preconnect, 'max_idle', defaults.PRECONNECT_MAX_IDLE);
  if (least > most) {
    const key = has(preconnect, 'max_idle') ? 'max_idle' : 'min_idle';
    found.push(wrongValue([...preconnect.path, key], 'expected a max_idle that is not less than min_idle'));
  }
  if (text(at(at(pool, 'connect'), 'source')) === 'client')
    found.push(
      wrongKey(
        preconnect.path,
        'connect.source is client: a connection made ahead has no client to come from; expected another source, or no preconnect',
      ),
    );
  const limit = limitOf(pool);
  if (limit !== null)
    found.push(
      wrongKey(
        preconnect.path,
        `${limit} limits what backends get, and connections made ahead would come on top of it; expected one of the two`,
      ),
    );
  return found;
}

function limitOf(pool: Raw): string | null {
  if (has(pool, 'max_connections')) return 'max_connections';
  const backends = items(at(pool, 'backends'));
  return ['max_connections', 'connect_rate'].find((key) => backends.some((raw) => has(raw, key))) ?? null;
}

/** What is no number is another mistake, told elsewhere. */
function numberOf(raw: Raw, key: string, otherwise: number): number {
  const { value } = at(raw, key);
  if (value === undefined) return otherwise;
  return typeof value === 'number' ? value : Number.NaN;
}
