import { brief, entries, field, type Json, number, text } from '../json.ts';
import { type Line, line, type Span, type Style, span } from '../line.ts';
import type { Model, Told } from '../model.ts';
import { isError } from '../samples.ts';
import { clock, duration, volume } from '../units.ts';
import type { Body } from './body.ts';

const STREAMS: Readonly<Record<Model['stream'], Span>> = {
  off: span('not watched yet', 'dim'),
  open: span('as they happen, the newest first', 'dim'),
  lost: span('the stream has broken off and is begun again; what happens meanwhile is not seen', 'bad'),
};

/** What has happened while this view was shown, and what the service still had of the time between. */
export function events({ events: told, stream }: Model): Body {
  const lines = [...told].reverse().map(eventLine);
  const empty = line(span('nothing has happened yet', 'dim'));
  return { head: [line(STREAMS[stream])], lines: lines.length === 0 ? [empty] : lines, selected: null };
}

function eventLine({ kind, json }: Told): Line {
  if (kind === 'dropped')
    return line(
      span(
        `${text(json, 'count') || 'some'} events are not here: they came too fast, or while nobody looked`,
        'bad',
      ),
    );
  return line(
    span(clock(number(json, 'at')), 'dim'),
    '  ',
    span(kind.padEnd(9), styleOf(kind, json)),
    '  ',
    [placeOf(json), told(kind, json)].filter((part) => part !== '').join('  '),
  );
}

function styleOf(kind: string, json: Json): Style {
  switch (kind) {
    case 'closed':
      return isError(text(json, 'data', 'reason')) ? 'bad' : 'plain';
    case 'health':
      return field(json, 'data', 'healthy') === true ? 'good' : 'bad';
    case 'opened':
    case 'entered':
      return 'plain';
    default:
      return 'warn';
  }
}

function placeOf(json: Json): string {
  const backend = [text(json, 'pool'), text(json, 'backend')].filter((name) => name !== '').join('/');
  return [text(json, 'connection'), text(json, 'listener'), backend].filter((part) => part !== '').join('  ');
}

function told(kind: string, json: Json): string {
  const data = field(json, 'data');
  switch (kind) {
    case 'opened':
      return `from ${text(data, 'client')}`;
    case 'closed': {
      const ms = number(json, 'at') - number(data, 'opened');
      const [up, down] = [number(data, 'bytesUp'), number(data, 'bytesDown')].map(volume);
      return `${text(data, 'reason')} after ${duration(ms)}, up ${up}, down ${down}, from ${text(data, 'client')}`;
    }
    case 'health':
      return `${field(data, 'healthy') === true ? 'healthy' : 'unhealthy'}: ${text(data, 'cause')}`;
    default:
      return entries(data)
        .map(([key, value]) => `${key} ${brief(value)}`)
        .join(', ');
  }
}
