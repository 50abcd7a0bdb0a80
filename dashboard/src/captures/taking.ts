import { signal } from '@preact/signals';
import { CAPTURE_ENDS, type CaptureEnd } from '../../../src/core/capture-control.ts';
import { ApiError, change, read, request, wantsToken } from '../api.ts';
import { notify } from '../parts/notices.tsx';
import { serviceNow } from '../service.ts';
import { Collected } from './collected.ts';

/** Bytes of a capture that this page holds at most: the service ends it before it has more. */
export const HELD_BYTES_MAX = 256 * 1024 * 1024;
/** Captures that this page takes at once: browsers keep few connections to a service, and the service takes four. */
export const TAKEN_AT_ONCE_MAX = 3;
/** Captures that this page lists; the oldest that is over makes room. */
const LISTED_MAX = 12;

/** What is to be captured, as the API has it. */
export interface CaptureWish {
  readonly listener?: string;
  readonly connection?: string;
  /** `30s`. */
  readonly for: string;
  readonly snaplen?: string;
  readonly filter?: { readonly client?: readonly string[]; readonly route?: readonly string[] };
}

/** A capture that this page takes, or has taken. */
export interface Taking {
  readonly number: number;
  readonly wish: CaptureWish;
  /** Milliseconds since 1970, by the clock of the service. */
  readonly started: number;
  /** Of the service, by which it is ended; null = it has not begun, or is over. */
  readonly id: string | null;
  readonly bytes: number;
  /** `taking`; `over`: it can be saved; `failed`, for what `error` says. */
  readonly state: 'taking' | 'over' | 'failed';
  readonly error: string | null;
  /** Why it is over, in words; null = it is not, or the service does not say. */
  readonly end: string | null;
  readonly fileName: string;
  /** Where the browser has it, for a link. null before it is over. */
  readonly url: string | null;
}

/** The newest first. */
export const takings = signal<readonly Taking[]>([]);

let made = 0;

/** Begins a capture, and keeps what comes in this page until it is saved. Never rejects. */
export async function take(wish: CaptureWish): Promise<void> {
  const number = ++made;
  const started = serviceNow();
  const fileName = fileNameOf(wish, started);
  const taking: Taking = {
    number,
    wish,
    started,
    id: null,
    bytes: 0,
    state: 'taking',
    error: null,
    end: null,
    fileName,
    url: null,
  };
  takings.value = listed([taking, ...takings.value]);
  try {
    const { blob, id } = await collect(wish, (news) => update(number, news));
    const url = URL.createObjectURL(blob);
    save(url, fileName);
    const end = await endOf(id);
    update(number, { state: 'over', id: null, bytes: blob.size, url, end });
    notify(`${fileName} is in your downloads${end === null ? '' : `: ${end}`}`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    update(number, { state: 'failed', id: null, error: message });
    notify(`capturing: ${message}`, true);
  }
}

/** Ends a capture; what came until then is saved. Throws an ApiError. */
export function stop(id: string): Promise<unknown> {
  return change('DELETE', `/v1/captures/${encodeURIComponent(id)}`);
}

/** Takes a capture that is over off the list, and frees what it holds. */
export function forget(number: number): void {
  const gone = takings.value.find((each) => each.number === number);
  if (gone?.url !== undefined && gone.url !== null) URL.revokeObjectURL(gone.url);
  takings.value = takings.value.filter((each) => each !== gone);
}

interface Whole {
  readonly blob: Blob;
  readonly id: string | null;
}

async function collect(wish: CaptureWish, tell: (news: Partial<Taking>) => void): Promise<Whole> {
  const response = await request('/v1/captures', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...wish, max_bytes: HELD_BYTES_MAX }),
  });
  if (response.status === 401) wantsToken.value = true;
  if (!response.ok || response.body === null) throw new ApiError(response.status, await refusalOf(response));
  const id = response.headers.get('sluice-capture');
  tell({ id });
  const collected = new Collected('application/x-pcapng');
  const reader = response.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    collected.add(piece.value);
    tell({ bytes: collected.bytes });
  }
  return { blob: collected.blob(), id };
}

/** Why a capture is over: the reply says so in its trailer, which no browser reads. */
async function endOf(id: string | null): Promise<string | null> {
  if (id === null) return null;
  const path = `/v1/captures/${encodeURIComponent(id)}`;
  const view = await read<{ readonly end: CaptureEnd | null }>(path).catch(() => null);
  return view === null || view.end === null ? null : CAPTURE_ENDS[view.end];
}

async function refusalOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return String(JSON.parse(text).detail);
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}

function update(number: number, news: Partial<Taking>): void {
  takings.value = takings.value.map((each) => (each.number === number ? { ...each, ...news } : each));
}

/** What is over makes room for what is not. */
function listed(all: readonly Taking[]): readonly Taking[] {
  if (all.length <= LISTED_MAX) return all;
  const oldest = [...all].reverse().find(({ state }) => state !== 'taking');
  if (oldest?.url !== undefined && oldest.url !== null) URL.revokeObjectURL(oldest.url);
  return all.filter((each) => each !== oldest);
}

/** `sluice-edge-20260131T120000.pcapng`. */
export function fileNameOf({ listener, connection }: CaptureWish, started: number): string {
  const at = new Date(started).toISOString().replaceAll(/[-:]|\..*/g, '');
  const what = (listener ?? connection ?? 'capture').replaceAll(/[^\w.-]+/g, '_');
  return `sluice-${what}-${at}.pcapng`;
}

function save(url: string, fileName: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
}

addEventListener('beforeunload', (event) => {
  if (takings.value.some(({ state }) => state === 'taking')) event.preventDefault();
});
