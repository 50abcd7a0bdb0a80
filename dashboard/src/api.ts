import { signal } from '@preact/signals';

const ANSWER_MS_MAX = 5_000;
const KEPT_AS = 'sluice.token';

/** What the service refuses or cannot do: the `detail` of its problem, or why it was not reached. */
export class ApiError extends Error {
  /** HTTP status; 0 = not reached. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The token of the admin API, kept until the tab is closed; empty = none. */
export const token = signal(sessionStorage.getItem(KEPT_AS) ?? '');
/** The service has refused a request for want of the right token. */
export const wantsToken = signal(false);

export function useToken(text: string): void {
  sessionStorage.setItem(KEPT_AS, text);
  token.value = text;
  wantsToken.value = false;
}

/** GET, as JSON. Throws an ApiError. */
export function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask('GET', path, undefined, signal) as Promise<T>;
}

/** A change; `body` is sent as JSON. Gives what was answered, null where there was no body. Throws an ApiError. */
export function change<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> {
  return ask(method, path, body) as Promise<T>;
}

/** A request with the token; its answer may be of any status. Throws an ApiError where the service is not reached. */
export async function request(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  if (token.value !== '') headers.set('authorization', `Bearer ${token.value}`);
  try {
    return await fetch(path, { ...options, headers });
  } catch (error) {
    throw new ApiError(0, `the service cannot be reached: ${error instanceof Error ? error.message : error}`);
  }
}

async function ask(method: string, path: string, body?: unknown, cancel?: AbortSignal): Promise<unknown> {
  const limit = AbortSignal.timeout(ANSWER_MS_MAX);
  const response = await request(path, {
    method,
    signal: cancel === undefined ? limit : AbortSignal.any([cancel, limit]),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (response.status === 401) wantsToken.value = true;
  const text = await response.text();
  if (!response.ok)
    throw new ApiError(response.status, detailOf(text) ?? `${response.status} ${response.statusText}`);
  return text === '' ? null : JSON.parse(text);
}

function detailOf(text: string): string | null {
  try {
    const { detail } = JSON.parse(text);
    return typeof detail === 'string' ? detail : null;
  } catch {
    return null;
  }
}
