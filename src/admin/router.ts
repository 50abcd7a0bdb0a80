import type { Endpoint, Method } from './endpoint.ts';

/** Whom a request is for. */
export type Match =
  | {
      readonly kind: 'endpoint';
      readonly endpoint: Endpoint;
      /** What stands for the names in braces, percent-decoded. */
      readonly params: Readonly<Record<string, string>>;
    }
  /** The path is served, but not by this method; `allow` are those it is served by, as in the header field. */
  | { readonly kind: 'other-method'; readonly allow: string; readonly endpoint: Endpoint }
  | { readonly kind: 'none' };

export type Router = (method: string, path: string) => Match;

interface Served {
  readonly template: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly endpoints: Map<string, Endpoint>;
}

/**
 * Makes the router of a table of endpoints. A path without braces goes before one with them. Throws where two endpoints
 * have the same method and path, or a template and its parameters do not fit.
 */
export function createRouter(table: readonly Endpoint[]): Router {
  const served = new Map<string, Served>();
  for (const endpoint of table) {
    const entry = served.get(endpoint.path) ?? serve(endpoint);
    served.set(endpoint.path, entry);
    if (entry.endpoints.has(endpoint.method))
      throw new Error(`${endpoint.method} ${endpoint.path} stands twice in the table`);
    entry.endpoints.set(endpoint.method, endpoint);
  }
  const inBraces = [...served.values()].filter(({ names }) => names.length > 0);
  return (method, path) => {
    const fixed = path.includes('{') ? undefined : served.get(path);
    if (fixed !== undefined) return choose(fixed, method, {});
    for (const entry of inBraces) {
      const params = paramsOf(entry, path);
      if (params !== null) return choose(entry, method, params);
    }
    return { kind: 'none' };
  };
}

/** Names in braces of a template, in order. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
}

function serve({ path, params = {} }: Endpoint): Served {
  const names = namesIn(path);
  if (names.join() !== Object.keys(params).join())
    throw new Error(`${path}: its parameters are ${Object.keys(params).join(', ') || 'none'}`);
  const source = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '([^/]+)');
  return { template: path, pattern: new RegExp(`^${source}$`), names, endpoints: new Map() };
}

function paramsOf({ pattern, names }: Served, path: string): Record<string, string> | null {
  const found = pattern.exec(path);
  if (found === null) return null;
  try {
    return Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(found[index + 1] as string)]),
    );
  } catch {
    return null;
  }
}

function choose({ endpoints }: Served, method: string, params: Readonly<Record<string, string>>): Match {
  const endpoint = endpoints.get(method === 'HEAD' ? 'GET' : method);
  if (endpoint !== undefined) return { kind: 'endpoint', endpoint, params };
  const [first] = endpoints.values();
  return { kind: 'other-method', allow: allowOf(endpoints), endpoint: first as Endpoint };
}

function allowOf(endpoints: ReadonlyMap<string, Endpoint>): string {
  const methods = [...endpoints.keys()] as Method[];
  return methods
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .concat('OPTIONS')
    .join(', ');
}
