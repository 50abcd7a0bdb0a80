import { parseDuration } from '../../config/index.ts';
import { SluiceError } from '../../core/errors.ts';
import { type AdminAccess, type AdminOptions, adminAccess, type ReadFile } from '../admin-access.ts';
import { EVERY_DEFAULT, EVERY_MS_MAX, EVERY_MS_MIN } from './limits.ts';
import { TABS, type Tab } from './model.ts';

/** What `sluice top` was called with. */
export interface TopOptions extends AdminOptions {
  /** Between two looks; absent: EVERY_DEFAULT. */
  readonly every?: string;
  /** Which of the views is shown first; absent: the overview. */
  readonly page?: string;
  /** Print one frame and end. Absent: false. */
  readonly once?: boolean;
  /** false: no colours. */
  readonly color: boolean;
}

/** The same, read. */
export interface TopSettings extends AdminAccess {
  readonly where: string;
  readonly everyMs: number;
  readonly page: Tab;
  readonly once: boolean;
  readonly color: boolean;
}

/** Throws TOP_FAILED where an option means nothing. `readFile` gives the first bytes of a file, or says why not. */
export function settingsOf(
  options: TopOptions,
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
): TopSettings {
  return {
    where: options.admin,
    ...adminAccess(options, env, readFile, 'TOP_FAILED'),
    everyMs: everyOf(options.every ?? EVERY_DEFAULT),
    page: pageOf(options.page ?? TABS[0]),
    once: options.once ?? false,
    color: options.color && (env['NO_COLOR'] ?? '') === '',
  };
}

function everyOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null || ms < EVERY_MS_MIN || ms > EVERY_MS_MAX)
    throw wrong(`--every: expected a time from ${EVERY_MS_MIN}ms to ${EVERY_MS_MAX / 1000}s; got "${text}"`);
  return ms;
}

function pageOf(text: string): Tab {
  const page = TABS.find((tab) => tab === text);
  if (page === undefined) throw wrong(`--page: expected one of ${TABS.join(', ')}; got "${text}"`);
  return page;
}

function wrong(message: string): SluiceError {
  return new SluiceError('TOP_FAILED', message);
}
