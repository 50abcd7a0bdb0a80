import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ENGINES, type EngineName } from './engines.ts';
import { measure, type Question } from './measure.ts';

/**
 * A process that runs one engine and nothing else, as a shard does: two engines in one process spoil each other's
 * compiled code. Whoever starts it ends it by `end`.
 */
export class EngineProcess {
  readonly #child: ChildProcess;

  constructor(engine: EngineName) {
    const main = fileURLToPath(new URL('main.js', import.meta.url));
    this.#child = fork(main, [engine], { execArgv: ['--expose-gc'] });
  }

  /** One figure; rejects when the process ends before it has answered. One question at a time. */
  ask(question: Question): Promise<number> {
    return new Promise((resolve, reject) => {
      const gone = (code: number | null) =>
        reject(new Error(`the process of an engine ended with code ${code} before it answered`));
      this.#child.once('exit', gone);
      this.#child.once('message', (answer) => {
        this.#child.off('exit', gone);
        resolve(answer as number);
      });
      this.#child.send(question);
    });
  }

  end(): void {
    this.#child.disconnect();
  }
}

/** The other side of `ask`: answers until the parent disconnects. */
export function answer(engine: string): void {
  if (!(engine in ENGINES))
    throw new Error(`"${engine}" is no engine; one of: ${Object.keys(ENGINES).join(', ')}`);
  process.on('message', (question) => process.send?.(measure(engine as EngineName, question as Question)));
}
