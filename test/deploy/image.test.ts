import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

interface Step {
  readonly verb: string;
  readonly rest: string;
}

const steps = linesOf('deploy/Dockerfile')
  .filter((line) => !line.startsWith('#'))
  .map((line): Step => {
    const [verb = '', ...rest] = line.split(/\s+/);
    return { verb, rest: rest.join(' ') };
  });

function linesOf(file: string): readonly string[] {
  return readFileSync(new URL(file, ROOT), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function commands(): readonly string[] {
  return steps.filter(({ verb }) => verb === 'RUN').flatMap(({ rest }) => rest.split(' && '));
}

describe('the image', () => {
  test('copies what there is, and leaves out what its build makes or installs', () => {
    const left = linesOf('deploy/Dockerfile.dockerignore');
    expect(left).toEqual(expect.arrayContaining(['.git', 'dist', 'node_modules']));
    const copied = steps
      .filter(({ verb, rest }) => verb === 'COPY' && !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
    expect(copied).toContain('package-lock.json');
    expect(copied.filter((file) => !existsSync(new URL(file, ROOT)) || left.includes(file))).toEqual([]);
  });

  test('has the folder that npm packs into, which npm does not make, and takes the package from there', () => {
    const pack = commands().findIndex((command) => command.startsWith('npm pack '));
    const folder = /--pack-destination (\S+)/.exec(commands()[pack] ?? '')?.[1];
    expect(commands().slice(0, pack)).toContain(`mkdir ${folder}`);
    expect(steps.find(({ rest }) => rest.startsWith('--from='))?.rest).toMatch(
      new RegExp(`^--from=build ${folder}/ `),
    );
  });

  test('builds once: packing does, so installing runs no scripts', () => {
    const { scripts } = JSON.parse(linesOf('package.json').join('\n')) as {
      readonly scripts: Record<string, string>;
    };
    expect(scripts['prepare']).toBe('npm run build');
    expect(commands()).toContain('npm ci --ignore-scripts');
  });

  test('runs the program of the package, as a user without rights', () => {
    const { bin } = JSON.parse(linesOf('package.json').join('\n')) as {
      readonly bin: Record<string, string>;
    };
    const [program = ''] = Object.keys(bin);
    expect(steps.find(({ verb }) => verb === 'ENTRYPOINT')?.rest).toBe(JSON.stringify([program]));
    expect(steps.findLast(({ verb }) => verb === 'USER')?.rest).toBe('node');
  });
});
