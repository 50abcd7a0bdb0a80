import { endpoint, type NoFields, problem } from '../endpoint.ts';
import { jsonReply, problemReply, type Reply } from '../reply.ts';
import { reloadResult, warnings } from '../schemas/config.ts';

/**
 * Puts the configuration in the body in force: 200 with what has changed, 422 where it is wrong, 409 where the service
 * cannot take it (a port is taken, it is being stopped). Where it is not 200 the old one is still in force.
 */
export const putConfig = endpoint<NoFields, NoFields, string>({
  name: 'putConfig',
  method: 'PUT',
  path: '/v1/config',
  access: 'write',
  summary: 'Puts another configuration in force, as a reload does',
  body: { kind: 'yaml', description: 'The configuration, as the file has it.' },
  replies: {
    200: { description: 'It is in force on all shards; what has changed.', schema: reloadResult },
    409: problem('It is right and cannot be put in force: a port is taken, the service is being stopped.'),
    422: problem('It is wrong; every mistake with its line and column, one a line.'),
    501: problem('This service cannot be reloaded.'),
  },
  handle: async ({ source, body }) =>
    source.reload === undefined
      ? problemReply(501, 'this service cannot be reloaded')
      : jsonReply(await source.reload(body)),
});

export const getConfig = endpoint({
  name: 'getConfig',
  method: 'GET',
  path: '/v1/config',
  access: 'read',
  summary: 'The configuration in force, as it was read; what it names by file or variable is not in it',
  replies: {
    200: { description: 'YAML.', type: 'application/yaml; charset=utf-8' },
    404: problem('The service was made of no text: by a command line, or by a program.'),
  },
  handle: ({ source }): Reply => {
    const text = source.configText();
    return text === null
      ? problemReply(404, 'this service was made of no text: by a command line, or by a program')
      : { status: 200, type: 'application/yaml; charset=utf-8', body: text };
  },
});

export const validateConfig = endpoint<NoFields, NoFields, string>({
  name: 'validateConfig',
  method: 'POST',
  path: '/v1/config:validate',
  access: 'write',
  summary: 'Checks a configuration as `sluice check` does, and puts nothing in force',
  body: { kind: 'yaml', description: 'The configuration, as the file has it.' },
  replies: {
    200: { description: 'It is right.', schema: warnings },
    422: problem('It is wrong; every mistake with its line and column, one a line.'),
  },
  handle: ({ source, body }) => jsonReply({ warnings: source.validate(body) }),
});
