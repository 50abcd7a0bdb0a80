/** What the page runs. It reads `/v1/status` once a second and writes text only, never markup. */
export const PAGE_SCRIPT = `'use strict';
const POLL_MS = 1000;
const ANSWER_MS_MAX = 4000;
const byId = (id) => document.getElementById(id);
let last = null;
let shown = '';

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function row(cells) {
  const made = element('tr');
  made.append(...cells);
  return made;
}

function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) { bytes /= 1024; unit++; }
  return bytes.toFixed(unit === 0 || bytes >= 100 ? 0 : 1) + ' ' + units[unit];
}

function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']].map(([length, unit], index, all) => {
    const before = index === 0 ? seconds : seconds % all[index - 1][0];
    return [Math.floor(before / length), unit];
  });
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first < 0 ? 3 : first).slice(0, 2).map(([count, unit]) => count + ' ' + unit).join(' ');
}

function sum(counts) {
  return Object.entries(counts).reduce((total, [state, count]) => total + (state === 'closed' ? 0 : count), 0);
}

function volume(bytes, before, seconds) {
  const cell = element('td', 'number', size(bytes));
  const rate = before === undefined || seconds <= 0 ? '' : size(Math.max(0, bytes - before) / seconds) + '/s';
  cell.append(element('span', 'rate number', rate));
  return cell;
}

function showListeners(status, seconds) {
  byId('listeners').tBodies[0].replaceChildren(...status.listeners.map((listener) => {
    const before = last?.status.listeners.find(({ name }) => name === listener.name);
    const name = element('td', '', listener.name);
    if (listener.retired) name.append(element('small', '', 'retired'));
    const made = row([
      name,
      element('td', 'address', listener.address),
      element('td', 'number', sum(listener.connections)),
      element('td', 'number', listener.accepted),
      volume(listener.bytesUp, before?.bytesUp, seconds),
      volume(listener.bytesDown, before?.bytesDown, seconds),
    ]);
    made.className = listener.retired ? 'retired' : '';
    return made;
  }));
}

function showPools(status) {
  const bodies = status.pools.map((pool) => {
    const body = element('tbody');
    const head = element('th', '', pool.name);
    head.colSpan = 6;
    head.append(element('small', '', pool.balance));
    body.append(row([head]), ...pool.backends.map((backend) => {
      const isEjected = backend.circuit === 'open';
      const health = isEjected ? 'ejected' : backend.health + (backend.circuit === 'half-open' ? ', on trial' : '');
      const colour = isEjected ? ' bad' : { healthy: ' good', unhealthy: ' bad' }[backend.health] ?? '';
      return row([
        element('td', '', backend.name),
        element('td', 'address', backend.address),
        element('td', 'health' + colour, health),
        element('td', 'number', backend.weight),
        element('td', 'number', backend.active),
        element('td', 'number', backend.connecting),
      ]);
    }));
    return body;
  });
  const table = byId('pools');
  for (const body of [...table.tBodies]) body.remove();
  table.append(...bodies);
}

function showShards(status) {
  byId('shards').tBodies[0].replaceChildren(...status.shards.map((shard) => row([
    element('td', 'number', shard.number),
    element('td', '', shard.plane),
    element('td', 'health' + (shard.state === 'running' ? ' good' : ' bad'), shard.state),
    element('td', 'number', shard.generation),
    element('td', 'number', shard.planVersion),
    element('td', 'number', shard.connections),
    element('td', 'number' + (shard.factsDropped > 0 ? ' bad' : ''), shard.factsDropped),
  ])));
}

function chosen(status) {
  const filter = byId('filter');
  const names = status.listeners.map(({ name }) => name);
  if (shown !== names.join()) {
    shown = names.join();
    const options = names.map((name) => Object.assign(element('option', '', name), { value: name }));
    filter.replaceChildren(filter.options[0], ...options);
  }
  return status.listeners.filter(({ name }) => filter.value === '' || filter.value === name);
}

function showChart(listeners) {
  for (const state of document.querySelectorAll('[data-state]')) {
    const name = state.dataset.state;
    const closed = (listener) => Object.values(listener.closed).reduce((total, count) => total + count, 0);
    const count = listeners.reduce(
      (total, listener) => total + (name === 'closed' ? closed(listener) : (listener.connections[name] ?? 0)), 0);
    state.classList.toggle('counted', count > 0);
    state.querySelector('[data-count]').textContent = count > 0 ? count : '';
  }
}

function showEnded(listeners) {
  const totals = new Map();
  for (const { closed } of listeners) {
    for (const [reason, count] of Object.entries(closed)) totals.set(reason, (totals.get(reason) ?? 0) + count);
  }
  const most = Math.max(1, ...totals.values());
  const ordered = [...totals].sort((a, b) => b[1] - a[1]);
  byId('ended').replaceChildren(...ordered.flatMap(([reason, count]) => {
    const outer = element('span', 'bar-outer');
    const inner = element('span', 'bar-inner');
    inner.style.width = (100 * count) / most + '%';
    outer.append(inner);
    return [element('span', '', reason), element('span', 'number', count), outer];
  }));
}

function showPhase(text, good) {
  byId('phase').textContent = text;
  byId('phase').className = 'pill ' + (good ? 'good' : 'bad');
  document.body.classList.toggle('stale', text === 'no answer');
}

function show(status) {
  const now = performance.now();
  const seconds = last === null ? 0 : (now - last.at) / 1000;
  showPhase(status.phase, status.phase === 'ready');
  byId('summary').textContent = status.connections + ' connections, up ' + span(Date.now() - status.started) +
    ', plan ' + status.planVersion +
    (status.factsDropped > 0 ? ', ' + status.factsDropped + ' facts dropped' : '');
  showListeners(status, seconds);
  showPools(status);
  showShards(status);
  const listeners = chosen(status);
  showChart(listeners);
  showEnded(listeners);
  last = { at: now, status };
}

async function poll() {
  try {
    const response = await fetch('/v1/status', { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    if (!response.ok) throw new Error(response.statusText);
    show(await response.json());
  } catch {
    showPhase('no answer', false);
  }
  setTimeout(poll, POLL_MS);
}

byId('filter').addEventListener('change', () => {
  if (last === null) return;
  const listeners = chosen(last.status);
  showChart(listeners);
  showEnded(listeners);
});
poll();
`;
