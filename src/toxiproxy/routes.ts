import { ApiError } from './api-error.ts';
import type { Collection, Shown } from './collection.ts';
import { decodeBody } from './decode.ts';
import { shownProxy, shownToxic } from './encode.ts';
import { inWords } from './failures.ts';
import { emptyReply, errorReply, JSON_TYPE, jsonReply, type Reply } from './reply.ts';
import { TOXIPROXY_VERSION } from './version.ts';

/** Answers a request. Throws an ApiError where it is wrong. */
export interface Call {
  /** Changes nothing, and reads no body. */
  readonly isRead: boolean;
  run(collection: Collection, body: string): Reply | Promise<Reply>;
}

/** What is at a path, by method. */
type Methods = Readonly<Record<string, (proxy: string, toxic: string) => Call>>;

/** The paths of the API; a name in the path stands for `*`. */
const PATHS: readonly (readonly [readonly string[], Methods])[] = [
  [['version'], { GET: () => read(() => version()) }],
  [['reset'], { POST: () => write((all) => all.reset().then(() => emptyReply(204))) }],
  [['populate'], { POST: () => ({ isRead: false, run: populate }) }],
  [['proxies'], { GET: () => read((all) => jsonReply(200, byName(all.all()))), POST: () => write(create) }],
  [
    ['proxies', '*'],
    {
      GET: (proxy) => read((all) => jsonReply(200, shown(all.get(proxy)))),
      POST: (proxy) => updateProxy(proxy),
      PATCH: (proxy) => updateProxy(proxy),
      DELETE: (proxy) => write((all) => all.remove(proxy).then(() => emptyReply(204))),
    },
  ],
  [
    ['proxies', '*', 'toxics'],
    {
      GET: (proxy) => read((all) => jsonReply(200, all.get(proxy).toxics.map(shownToxic))),
      POST: (proxy) =>
        write(async (all, body) => {
          all.get(proxy);
          return jsonReply(200, shownToxic(await all.addToxic(proxy, decodeBody(body))));
        }),
    },
  ],
  [
    ['proxies', '*', 'toxics', '*'],
    {
      GET: (proxy, toxic) => read((all) => jsonReply(200, shownToxic(all.toxic(proxy, toxic)))),
      POST: (proxy, toxic) => updateToxic(proxy, toxic),
      PATCH: (proxy, toxic) => updateToxic(proxy, toxic),
      DELETE: (proxy, toxic) => write((all) => all.removeToxic(proxy, toxic).then(() => emptyReply(204))),
    },
  ],
];

/** What a request asks for; the status of its refusal where nothing is at its path, or not with its method. */
export function callOf(method: string, target: string): Call | 404 | 405 {
  const steps = stepsOf(target);
  if (steps === null) return 404;
  for (const [path, methods] of PATHS) {
    if (path.length !== steps.length || !path.every((step, at) => step === '*' || step === steps[at]))
      continue;
    const call = Object.hasOwn(methods, method) ? methods[method] : undefined;
    return call === undefined ? 405 : call(steps[1] ?? '', steps[3] ?? '');
  }
  return 404;
}

/** The parts of a path, decoded; null where it is none or one of them is empty. */
function stepsOf(target: string): string[] | null {
  const path = target.split('?', 1)[0] ?? '';
  if (!path.startsWith('/')) return null;
  try {
    const steps = path.slice(1).split('/').map(decodeURIComponent);
    return steps.includes('') ? null : steps;
  } catch {
    return null;
  }
}

function read(run: (collection: Collection) => Reply): Call {
  return { isRead: true, run };
}

function write(run: (collection: Collection, body: string) => Promise<Reply>): Call {
  return { isRead: false, run };
}

async function create(all: Collection, body: string): Promise<Reply> {
  return jsonReply(201, shown(await all.create(decodeBody(body))));
}

function updateProxy(proxy: string): Call {
  return write(async (all, body) => {
    all.get(proxy);
    return jsonReply(200, shown(await all.update(proxy, decodeBody(body))));
  });
}

function updateToxic(proxy: string, toxic: string): Call {
  return write(async (all, body) => {
    all.toxic(proxy, toxic);
    return jsonReply(200, shownToxic(await all.updateToxic(proxy, toxic, decodeBody(body))));
  });
}

/** An error comes as JSON that says it is, with the proxies beside it, of which there are none then. */
async function populate(all: Collection, body: string): Promise<Reply> {
  try {
    const proxies = await all.populate(decodeBody(body));
    return jsonReply(201, { proxies: proxies.length === 0 ? null : proxies.map(shown) });
  } catch (error) {
    const { message, status } = error instanceof ApiError ? error : inWords(error);
    return { ...jsonReply(status, { error: message, status, proxies: null }), error: message };
  }
}

function version(): Reply {
  const body = `{"version": "${TOXIPROXY_VERSION}"}\n`;
  return { status: 200, type: `${JSON_TYPE};charset=utf-8`, body, error: null };
}

function shown({ row, toxics }: Shown) {
  return shownProxy(row, toxics);
}

function byName(all: readonly Shown[]): Record<string, unknown> {
  const proxies: Record<string, unknown> = Object.create(null);
  for (const one of all) proxies[one.row.name] = shown(one);
  return proxies;
}

/** What is said where too much is asked for at once, or takes too long. */
export function busyReply(message: string): Reply {
  return errorReply(new ApiError(message, 503));
}
