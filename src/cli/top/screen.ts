import { type Line, type Palette, paint } from './line.ts';

/** Alternate screen, no cursor, no wrap: a line that a terminal takes for longer than it is stays a line. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';

/** What a screen needs of a terminal: standard output, and whether keys come one by one and unseen. */
export interface Terminal {
  write(text: string): void;
  setRaw(isRaw: boolean): void;
}

/** The terminal while it shows frames. Writes only lines that have changed. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #palette: Palette;
  #shown: readonly string[] | null = null;

  constructor(terminal: Terminal, palette: Palette) {
    this.#terminal = terminal;
    this.#palette = palette;
  }

  /** Idempotent. */
  enter(): void {
    if (this.#shown !== null) return;
    this.#terminal.setRaw(true);
    this.#terminal.write(ENTER);
    this.#shown = [];
  }

  /** Leaves the terminal as it was found. Idempotent. */
  leave(): void {
    if (this.#shown === null) return;
    this.#shown = null;
    this.#terminal.write(LEAVE);
    this.#terminal.setRaw(false);
  }

  /** The next frame is written whole: something else may have written to the terminal. */
  forget(): void {
    if (this.#shown === null) return;
    this.#terminal.write('\x1b[2J');
    this.#shown = [];
  }

  /** Nothing outside of `enter` and `leave`. */
  draw(lines: readonly Line[], columns: number): void {
    if (this.#shown === null) return;
    const before = this.#shown;
    const painted = lines.map((line) => paint(line, columns, this.#palette));
    const changes = painted.flatMap((text, row) =>
      text === before[row] ? [] : [`\x1b[${row + 1};1H\x1b[K${text}`],
    );
    this.#shown = painted;
    if (changes.length > 0) this.#terminal.write(changes.join(''));
  }
}
