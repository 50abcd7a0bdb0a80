import type { BackendVerdict, RouteVerdict, Why } from '../../../../src/core/connection-view.ts';
import { count } from '../../format.ts';
import { Table } from '../../parts/table.tsx';

/** Why it goes where it goes: the routes in their order, and the backends of its pool. */
export function WhyOf({ routes, backends }: Why) {
  return (
    <>
      <section>
        <h2>Why this route</h2>
        <Table
          label="routes and what they made of the connection"
          columns={[
            { name: 'route' },
            { name: 'outcome' },
            { name: 'key' },
            { name: 'wanted' },
            { name: 'seen' },
            { name: 'verdict' },
          ]}
        >
          {routes.map((route) => (
            <RouteRows key={route.route} {...route} />
          ))}
        </Table>
      </section>
      {backends.length === 0 ? null : <Backends backends={backends} />}
    </>
  );
}

function RouteRows({ route, outcome, verdict, keys }: RouteVerdict) {
  const rows = keys.length === 0 ? [null] : keys;
  return (
    <tbody>
      {rows.map((key, index) => (
        <tr key={key?.key ?? ''}>
          <td>{index === 0 ? <b>{route}</b> : ''}</td>
          <td class={outcome === 'taken' ? 'good' : 'soft'}>{index === 0 ? outcome : ''}</td>
          <td>{key?.key ?? <span class="soft">no conditions</span>}</td>
          <td class="wraps">{key?.wanted.join(', ')}</td>
          <td class="wraps">{key?.seen.join(', ')}</td>
          <td class={VERDICT_CLASS[key?.verdict ?? verdict]}>{key?.verdict ?? verdict}</td>
        </tr>
      ))}
    </tbody>
  );
}

const VERDICT_CLASS = { yes: 'good', no: 'bad', maybe: 'warn' } as const;

function Backends({ backends }: { readonly backends: readonly BackendVerdict[] }) {
  return (
    <section>
      <h2>Its pool, as a new connection would find it</h2>
      <Table
        label="backends of the pool"
        columns={[
          { name: 'backend' },
          { name: 'passed over' },
          { name: 'weight', isNumber: true },
          {
            name: 'strength',
            isNumber: true,
            title: 'share of its weight that counts: less in a slow start',
          },
          { name: 'load', isNumber: true, title: 'connections and attempts under way, of all shards' },
          { name: 'priority', isNumber: true },
          { name: 'notes' },
        ]}
      >
        <tbody>
          {backends.map(({ backend, passedOver, weight, strength, load, priority, backup, tried, panic }) => (
            <tr key={backend}>
              <td>
                <b>{backend}</b>
              </td>
              <td class={passedOver === null ? 'good' : 'warn'}>{passedOver ?? 'no'}</td>
              <td class="number">{count(weight)}</td>
              <td class="number">{`${Math.round(strength * 100)} %`}</td>
              <td class="number">{count(load)}</td>
              <td class="number">{priority}</td>
              <td class="soft">
                {[backup && 'backup', tried && 'failed for this connection', panic && 'health ignored: panic']
                  .filter((text) => text !== false)
                  .join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}
