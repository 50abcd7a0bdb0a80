import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { later } from './cleanup.ts';
import { eventually } from './eventually.ts';
import { run } from './process.ts';
import { program } from './programs.ts';
import { tempDir } from './temp.ts';

/** A shell in a terminal of tmux, whose server is ended with the test. */
export class Tmux {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Variables are those of the tests and these. */
  static async open(
    columns: number,
    rows: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Tmux> {
    const tmux = new Tmux(join(tempDir(), 'tmux'));
    later(async () => {
      await tmux.#command(['kill-server']).catch(() => {});
    });
    const size = ['-x', `${columns}`, '-y', `${rows}`];
    const shell = `PS1='shell> ' exec /bin/bash --norc --noprofile`;
    await tmux.#command(['-f', '/dev/null', 'new-session', '-d', ...size, shell], env);
    await tmux.waitFor('shell>');
    return tmux;
  }

  /** Types a text as it stands. */
  async type(text: string): Promise<void> {
    await this.#command(['send-keys', '-l', '--', text]);
  }

  /** Presses keys as tmux names them: `Enter`, `C-z`, `j`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#command(['send-keys', ...keys]);
  }

  async enter(command: string): Promise<void> {
    await this.type(command);
    await this.press('Enter');
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#command(['resize-window', '-x', `${columns}`, '-y', `${rows}`]);
  }

  /** What stands on the screen, a line a line. */
  async screen(): Promise<readonly string[]> {
    const { stdout } = await this.#command(['capture-pane', '-p']);
    return stdout.toString().split('\n').slice(0, -1);
  }

  /** A variable of the pane, such as `alternate_on`. */
  async pane(variable: string): Promise<string> {
    const { stdout } = await this.#command(['display-message', '-p', `#{${variable}}`]);
    return stdout.toString().trim();
  }

  /** The process that the shell runs. */
  async child(): Promise<number> {
    const shell = await this.pane('pane_pid');
    return eventually(
      () =>
        Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0]) ||
        undefined,
      'a process of the shell',
    );
  }

  /** The screen once it matches, or has this text; rejects with the screen where it does not. */
  async waitFor(wanted: string | RegExp | ((text: string) => boolean)): Promise<string> {
    let text = '';
    const isThere = (): boolean => {
      if (typeof wanted === 'string') return text.includes(wanted);
      return wanted instanceof RegExp ? wanted.test(text) : wanted(text);
    };
    try {
      return await eventually(async () => {
        text = (await this.screen()).join('\n');
        return isThere() && text;
      }, `${wanted} on the screen`);
    } catch (error) {
      throw new Error(`${String(error)}\n${text}`, { cause: error });
    }
  }

  #command(words: readonly string[], env: Readonly<Record<string, string>> = {}): ReturnType<typeof run> {
    const utf8 = { TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' };
    return run(program('tmux'), ['-S', this.#socket, ...words], { env: { ...utf8, ...env } });
  }
}
