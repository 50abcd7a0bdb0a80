import type { BodySpec } from './endpoint.ts';

/**
 * Types of bodies that are taken, the usual one first. `text/plain` is not among them: a browser may send it for a foreign
 * page without asking this server first.
 */
export const BODY_TYPES = {
  yaml: ['application/yaml', 'text/yaml', 'application/x-yaml'],
  json: ['application/json', 'application/merge-patch+json'],
} as const satisfies Record<BodySpec<unknown>['kind'], readonly string[]>;

/** Whether a `content-type` is one of a kind, in UTF-8. */
export function isOfKind(kind: BodySpec<unknown>['kind'], type: string | undefined): boolean {
  const [name = '', ...parameters] = (type ?? '').toLowerCase().split(';');
  if (!(BODY_TYPES[kind] as readonly string[]).includes(name.trim())) return false;
  return parameters.every(
    (parameter) => !/^\s*charset\s*=/.test(parameter) || /=\s*"?utf-?8"?\s*$/.test(parameter),
  );
}
