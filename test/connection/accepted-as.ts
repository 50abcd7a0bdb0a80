import type { Endpoint } from '../../src/core/ports.ts';
import type { ShardParts } from '../../src/shard.ts';

/** The plane, but that whom it accepts is handed over as what `change` makes of the endpoint. */
export function acceptedAs(
  plane: ShardParts['plane'],
  change: (endpoint: Endpoint) => Endpoint,
): ShardParts['plane'] {
  return new Proxy(plane, {
    get: (_target, name) => {
      const value: unknown = Reflect.get(plane, name, plane);
      if (name !== 'listen') return typeof value === 'function' ? value.bind(plane) : value;
      const listen: ShardParts['plane']['listen'] = (address, options, handler, sharing) =>
        plane.listen(
          address,
          options,
          { ...handler, accept: (endpoint) => handler.accept(change(endpoint)) },
          sharing,
        );
      return listen;
    },
  });
}

/** As `acceptedAs`, where the endpoint says something else of itself. */
export function acceptedWith(
  plane: ShardParts['plane'],
  property: 'unread' | 'originalDestination',
  value: unknown,
): ShardParts['plane'] {
  return acceptedAs(plane, (endpoint) => Object.defineProperty(endpoint, property, { value }));
}
