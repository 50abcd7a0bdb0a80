import { find, latin1, NO_BYTES } from './bytes.ts';
import { ChunkedBody } from './chunked.ts';
import { type Finding, MORE, type Reader } from './dialogue.ts';
import type { Pattern } from './patterns.ts';
import { shown } from './shown.ts';

const LF = 0x0a;
const CR = 0x0d;

/** A status line, whatever the reason. RFC 9112, 4. */
const STATUS = /^HTTP\/1\.[01] (\d{3})( |$)/;

/** What an answer has to be. */
export interface Wanted {
  readonly method: string;
  readonly isGood: (status: number) => boolean;
  /** null = the body is not looked at. */
  readonly body: Pattern | null;
  /** All of it, in words. */
  readonly expected: string;
}

/** Reads a status line; and headers and body as far as the wanted needs them. Answers of 1xx that come before are passed over. */
export function httpReader(wanted: Wanted): Reader {
  const answer = new Answer(wanted);
  return (bytes, _fresh, ended) => answer.read(bytes, ended);
}

class Answer {
  readonly #wanted: Wanted;
  /** Where the next line of the head begins; once the head is read, the body. */
  #at = 0;
  /** Where to go on looking for the end of that line. */
  #looked = 0;
  #status: { readonly code: number; readonly line: string } | null = null;
  /** null while the head is read. */
  #body: Body | null = null;
  #chunked = false;
  #length: number | null = null;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  read(bytes: Uint8Array, ended: boolean): Finding {
    while (this.#body === null) {
      const line = this.#nextLine(bytes);
      if (line === null) return MORE;
      const finding = this.#status === null ? this.#begin(line) : this.#header(latin1(line));
      if (finding !== MORE) return finding;
    }
    return this.#body.read(bytes.subarray(this.#at), ended) ?? MORE;
  }

  #nextLine(bytes: Uint8Array): Uint8Array | null {
    const lf = find(bytes, LF, this.#looked);
    this.#looked = lf < 0 ? bytes.length : lf + 1;
    if (lf < 0) return null;
    const line = bytes.subarray(this.#at, lf > this.#at && bytes[lf - 1] === CR ? lf - 1 : lf);
    this.#at = lf + 1;
    return line;
  }

  #begin(line: Uint8Array): Finding {
    const { isGood, body, expected } = this.#wanted;
    const [, digits] = STATUS.exec(latin1(line)) ?? [];
    const code = Number(digits ?? -1);
    const isInterim = code >= 100 && code < 200 && code !== 101;
    if (digits === undefined || (!isInterim && !isGood(code)))
      return { kind: 'bad', cause: `expected ${expected}, got ${shown(line)}` };
    if (!isInterim && body === null)
      return { kind: 'good', bytes: this.#at, said: `answered ${shown(line)}` };
    this.#status = { code, line: shown(line) };
    return MORE;
  }

  #header(line: string): Finding {
    if (line !== '') {
      const [, name = '', value = ''] = /^([^:]*):\s*(.*?)\s*$/.exec(line) ?? [];
      if (/^transfer-encoding$/i.test(name)) this.#chunked = /(^|,)\s*chunked$/i.test(value);
      if (/^content-length$/i.test(name) && /^\d{1,15}$/.test(value)) this.#length = Number(value);
      return MORE;
    }
    const { code = 0, line: said = '' } = this.#status ?? {};
    this.#status = null;
    if (code < 200 && code !== 101) return MORE;
    const isEmpty = this.#wanted.method === 'HEAD' || code === 204 || code === 304;
    this.#body = new Body(this.#wanted, said, this.#chunked ? 'chunked' : isEmpty ? 0 : this.#length);
    return MORE;
  }
}

/** `length`: bytes of it; null = up to FIN. */
class Body {
  readonly #wanted: Wanted;
  readonly #said: string;
  readonly #length: number | 'chunked' | null;
  readonly #find: Reader;
  readonly #chunks = new ChunkedBody();
  /** Of a body in chunks, without their framing. */
  #plain: Uint8Array = NO_BYTES;
  #plainLength = 0;
  #seen = 0;

  constructor(wanted: Wanted, said: string, length: number | 'chunked' | null) {
    this.#wanted = wanted;
    this.#said = said;
    this.#length = length;
    this.#find = wanted.body?.listen() ?? (() => MORE);
  }

  read(bytes: Uint8Array, ended: boolean): Finding | null {
    const isWellFormed = this.#length !== 'chunked' || this.#chunks.take(bytes, (piece) => this.#keep(piece));
    const body = this.#bodyOf(bytes);
    const found = this.#find(body, this.#seen, ended);
    this.#seen = body.length;
    if (found.kind === 'good')
      return {
        kind: 'good',
        bytes: bytes.length,
        said: `answered ${this.#said} with ${this.#wanted.body?.expected}`,
      };
    const isOver =
      ended ||
      !isWellFormed ||
      (this.#length === 'chunked'
        ? this.#chunks.isOver
        : this.#length !== null && body.length >= this.#length);
    if (!isOver && found.kind === 'more') return MORE;
    const got = `${this.#said} with ${body.length === 0 ? 'nothing' : shown(body)}`;
    const broken = isWellFormed ? '' : ' in broken chunks';
    return { kind: 'bad', cause: `expected ${this.#wanted.expected}, got ${got}${broken}` };
  }

  #bodyOf(bytes: Uint8Array): Uint8Array {
    if (this.#length === 'chunked') return this.#plain.subarray(0, this.#plainLength);
    return this.#length === null ? bytes : bytes.subarray(0, this.#length);
  }

  #keep(piece: Uint8Array): void {
    const needed = this.#plainLength + piece.length;
    if (needed > this.#plain.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#plain.length));
      larger.set(this.#plain.subarray(0, this.#plainLength));
      this.#plain = larger;
    }
    this.#plain.set(piece, this.#plainLength);
    this.#plainLength = needed;
  }
}
