import { z } from 'zod';
import { parseConnectionId } from '../../core/connection-id.ts';
import { SluiceError } from '../../core/errors.ts';
import type { NamedStage, StageTarget } from '../../core/stage-control.ts';
import type { StatusSource } from '../../core/status.ts';
import { type Endpoint, endpoint, problem } from '../endpoint.ts';
import { jsonReply, problemReply, type Reply } from '../reply.ts';

type Source = Pick<StatusSource, 'stages'>;

/** Whose stages a group of endpoints is about. */
interface Owner {
  /** Begins the names of its endpoints' operations: `Listener`. */
  readonly noun: 'Listener' | 'Connection';
  readonly root: '/v1/listeners/{listener}' | '/v1/connections/{connection}';
  readonly param: 'listener' | 'connection';
  readonly about: string;
  /** null where it cannot be one. */
  target(name: string): StageTarget | null;
}

const LISTENER: Owner = {
  noun: 'Listener',
  root: '/v1/listeners/{listener}',
  param: 'listener',
  about: 'all connections of a listener, also those to come; kept over reloads',
  target: (listener) => ({ listener }),
};

const CONNECTION: Owner = {
  noun: 'Connection',
  root: '/v1/connections/{connection}',
  param: 'connection',
  about: 'one live connection, with which they end',
  target: (text) => {
    const connection = parseConnectionId(text);
    return connection === null ? null : { connection };
  },
};

const item = () =>
  z
    .record(z.string(), z.unknown())
    .describe('One item of `stages` as in a configuration: `{"latency": {"down": "50ms"}}`.');
const shown = (): z.ZodType<NamedStage> =>
  z.strictObject({
    name: z.string(),
    stage: z.custom<NamedStage['stage']>().describe('Its kind and parameters, in milliseconds and bytes.'),
  });
const NONE = problem('There is no such listener, connection or stage.');
const REFUSED = problem('It is taken already, there are too many, or it has to stand in the configuration.');
const WRONG = problem('What is wrong with the stage, one line for each mistake.');

/** Stages at run time, of listeners and of connections. */
export const STAGE_ENDPOINTS: readonly Endpoint[] = [LISTENER, CONNECTION].flatMap((owner) => [
  list(owner),
  add(owner),
  change(owner),
  remove(owner),
]);

function list(owner: Owner): Endpoint {
  return endpoint({
    name: `get${owner.noun}Stages`,
    method: 'GET',
    path: `${owner.root}/stages`,
    access: 'read',
    summary: `The stages put at run time into ${owner.about}`,
    params: { [owner.param]: z.string() },
    replies: {
      200: { description: 'In their order.', schema: () => z.strictObject({ stages: z.array(shown()) }) },
      404: NONE,
    },
    handle: ({ source, path }) =>
      found(owner, path, async (target) => jsonReply({ stages: await source.stages.list(target) })),
  });
}

function add(owner: Owner): Endpoint {
  return endpoint({
    name: `add${owner.noun}Stage`,
    method: 'POST',
    path: `${owner.root}/stages`,
    access: 'write',
    summary: `Puts a stage into ${owner.about}`,
    params: { [owner.param]: z.string() },
    body: {
      kind: 'json',
      description: 'The stage, and what it is to be called.',
      schema: z.strictObject({ name: z.string(), stage: item() }),
    },
    replies: {
      201: { description: 'It stands behind the others.', schema: shown },
      404: NONE,
      409: REFUSED,
      422: WRONG,
    },
    handle: ({ source, path, body: { name, stage } }) =>
      found(owner, path, async (target) => {
        if (await has(source, target, name))
          return problemReply(409, `there is a stage "${name}" already; PATCH changes it`);
        return { ...(await put(source, target, name, stage)), status: 201 };
      }),
  });
}

function change(owner: Owner): Endpoint {
  return endpoint({
    name: `change${owner.noun}Stage`,
    method: 'PATCH',
    path: `${owner.root}/stages/{stage}`,
    access: 'write',
    summary: `Gives a stage of ${owner.about} other parameters, or puts another in its place`,
    params: { [owner.param]: z.string(), stage: z.string() },
    body: {
      kind: 'json',
      description: 'The whole stage: what it leaves out has its default.',
      schema: item(),
    },
    replies: {
      200: { description: 'It stands where it stood.', schema: shown },
      404: NONE,
      409: REFUSED,
      422: WRONG,
    },
    handle: ({ source, path, body }) =>
      found(owner, path, async (target) => {
        const { stage: name = '' } = path;
        return (await has(source, target, name)) ? put(source, target, name, body) : noStage(name);
      }),
  });
}

function remove(owner: Owner): Endpoint {
  return endpoint({
    name: `remove${owner.noun}Stage`,
    method: 'DELETE',
    path: `${owner.root}/stages/{stage}`,
    access: 'write',
    summary: `Takes a stage out of ${owner.about}; what it holds passes at once`,
    params: { [owner.param]: z.string(), stage: z.string() },
    replies: {
      200: { description: 'It is gone.', schema: () => z.strictObject({ removed: z.string() }) },
      404: NONE,
    },
    handle: ({ source, path }) =>
      found(owner, path, async (target) => {
        const { stage: name = '' } = path;
        return (await source.stages.remove(target, name)) ? jsonReply({ removed: name }) : noStage(name);
      }),
  });
}

async function put(source: Source, target: StageTarget, name: string, item: unknown): Promise<Reply> {
  const stage = source.stages.read(item, target, name);
  await source.stages.put(target, name, stage);
  return jsonReply({ name, stage });
}

async function has({ stages }: Source, target: StageTarget, name: string): Promise<boolean> {
  return (await stages.list(target)).some((stage) => stage.name === name);
}

/** The reply for the owner that a path names; 404 where there is none. */
async function found(
  { param, target }: Owner,
  path: Readonly<Record<string, string>>,
  reply: (target: StageTarget) => Promise<Reply>,
): Promise<Reply> {
  const named = target(path[param] ?? '');
  if (named === null) return problemReply(404, 'this is no id of a connection: up to twelve hex digits are');
  try {
    return await reply(named);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'STAGE_TARGET_UNKNOWN') throw error;
    return problemReply(404, error.message, {}, { code: error.code });
  }
}

function noStage(name: string): Reply {
  return problemReply(404, `there is no stage "${name}" put at run time`);
}
