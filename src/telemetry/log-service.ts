import type { NameChanges, PlanDiff } from '../core/plan-diff.ts';
import type { ServiceEvent } from '../core/watcher.ts';
import type { Fields, Log } from './log.ts';
import { EVENTS } from './names.ts';
import { round } from './round.ts';
import { MESSAGE_CHARS_MAX, shown } from './text.ts';

/** Names that one list of `reloaded` has; beside a list that was cut stands how long it is. */
export const NAMES_SHOWN_MAX = 32;

const STAGE_EVENTS = {
  'stage.added': EVENTS.stageAdded,
  'stage.changed': EVENTS.stageChanged,
  'stage.removed': EVENTS.stageRemoved,
} as const;

/** Writes the line of a service event. */
export function logServiceEvent(log: Log, event: ServiceEvent, at: number): void {
  switch (event.event) {
    case 'ready':
      log.write('info', EVENTS.ready, { listeners: event.listeners, urls: event.urls }, at);
      return;
    case 'draining': {
      const { connections, timeoutMs, signal } = event;
      log.write('info', EVENTS.draining, { connections, timeout_ms: timeoutMs, signal }, at);
      return;
    }
    case 'drained': {
      const level = event.cut > 0 ? 'warn' : 'info';
      log.write(level, EVENTS.drained, { cut: event.cut, duration_ms: round(event.durationMs) }, at);
      return;
    }
    case 'reloaded': {
      const { version, diff, durationMs } = event;
      const fields = { version, ...changed(diff), duration_ms: round(durationMs) };
      log.write('info', EVENTS.reloaded, fields, at);
      return;
    }
    case 'backends.changed':
      log.write('info', EVENTS.backendsChanged, { version: event.version, ...changed(event.diff) }, at);
      return;
    case 'name.resolved': {
      const { kind, name, values, ttlMs } = event;
      log.write('info', EVENTS.nameResolved, { kind, name, ...list('values', values), ttl_ms: ttlMs }, at);
      return;
    }
    case 'name.unresolved': {
      const { kind, name, cause, kept, ageMs } = event;
      const known = { ...list('kept', kept), age_ms: ageMs === null ? null : round(ageMs) };
      log.write('warn', EVENTS.nameUnresolved, { kind, name, cause, ...known }, at);
      return;
    }
    case 'reload.failed':
      log.write('error', EVENTS.reloadFailed, { message: shown(event.message, MESSAGE_CHARS_MAX) }, at);
      return;
    case 'shard.failed': {
      const { shard, generation, cause, connections } = event;
      const message = shown(event.message, MESSAGE_CHARS_MAX);
      log.write('error', EVENTS.shardFailed, { shard, generation, cause, message, connections }, at);
      return;
    }
    case 'shard.restarted': {
      const { shard, generation, durationMs } = event;
      const fields = { shard, generation, duration_ms: round(durationMs) };
      log.write('info', EVENTS.shardRestarted, fields, at);
      return;
    }
    case 'stage.added':
    case 'stage.changed':
    case 'stage.removed': {
      const { listener, connection, name, stage, why } = event;
      const whose = listener === null ? { connection } : { listener };
      const reason = why === null ? {} : { message: why };
      log.write('info', STAGE_EVENTS[event.event], { ...whose, name, stage, ...reason }, at);
      return;
    }
    case 'admin.write':
    case 'toxiproxy.write': {
      const { remote, token, status } = event;
      const change = event.change === null ? {} : { change: shown(event.change, MESSAGE_CHARS_MAX) };
      const by = token === null ? {} : { token };
      const method = shown(event.method, MESSAGE_CHARS_MAX);
      const path = shown(event.path, MESSAGE_CHARS_MAX);
      const detail = event.detail === null ? {} : { detail: shown(event.detail, MESSAGE_CHARS_MAX) };
      const level = event.detail === null ? 'info' : 'warn';
      const name = event.event === 'admin.write' ? EVENTS.adminWrite : EVENTS.toxiproxyWrite;
      log.write(level, name, { method, path, remote, ...by, ...change, status, ...detail }, at);
      return;
    }
  }
}

/** What a reload changes, as `listeners: { added: [names] }` and so on; what is empty is left out. */
function changed({ listeners, pools, backends, settings, needsRestart }: PlanDiff): Fields {
  const kinds = { listeners: named(listeners), pools: named(pools), backends: named(backends) };
  const some = Object.entries(kinds).filter(([, changes]) => Object.keys(changes).length > 0);
  return {
    ...Object.fromEntries(some),
    ...list('settings', settings),
    ...list('needs_restart', needsRestart),
  };
}

function named({ added, removed, changed }: NameChanges): Fields {
  return { ...list('added', added), ...list('removed', removed), ...list('changed', changed) };
}

/** A list under its key; `<key>_count` where it is longer than what is shown of it. */
function list(key: string, names: readonly string[]): Fields {
  if (names.length === 0) return {};
  if (names.length <= NAMES_SHOWN_MAX) return { [key]: names };
  return { [key]: names.slice(0, NAMES_SHOWN_MAX), [`${key}_count`]: names.length };
}
