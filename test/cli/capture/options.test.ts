import { describe, expect, test } from 'vitest';
import { bodyOf } from '../../../src/cli/capture/options.ts';
import { parseCommand } from '../../../src/cli/parse.ts';

function optionsOf(line: string) {
  const command = parseCommand(line.split(' '), '1.0.0');
  if (command.kind !== 'capture') throw new Error(JSON.stringify(command));
  return command.options;
}

describe('the command line of a capture', () => {
  test('asks for a listener, or for a connection where the target has twelve hex digits', () => {
    expect(bodyOf(optionsOf('capture cafe -o -'))).toEqual({ listener: 'cafe' });
    expect(bodyOf(optionsOf('capture 0100000000af -o -'))).toEqual({ connection: '0100000000af' });
  });

  test('hands on what it says, filters gathered by their kind', () => {
    const line =
      'capture --filter client=10.0.0.0/8 --filter client=::1 --filter route=a=b edge --for 5m --max-bytes 1MiB --snaplen 96 -o x';
    expect(bodyOf(optionsOf(line))).toEqual({
      listener: 'edge',
      for: '5m',
      max_bytes: '1MiB',
      snaplen: '96',
      filter: { client: ['10.0.0.0/8', '::1'], route: ['a=b'] },
    });
  });

  test.each(['pool=app', 'client', '=x'])('refuses the filter %s', (filter) => {
    expect(() => bodyOf(optionsOf(`capture edge --filter ${filter} -o -`))).toThrow(
      /expected client=NETWORK/,
    );
  });

  test('says what is missing', () => {
    const said = (line: string) => parseCommand(line.split(' '), '1.0.0');
    expect(said('capture edge')).toMatchObject({
      kind: 'print',
      exit: 2,
      text: expect.stringMatching(/--output/),
    });
    expect(said('capture -o -')).toMatchObject({ kind: 'print', exit: 2 });
  });
});
