import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { ALIASES_MAX, NESTING_LEVELS_MAX, VALUES_MAX } from './limits.ts';
import { formatPath, type Path, quote, show } from './show.ts';
import { isOpenQuote, type SyntaxTrouble, syntaxMessage } from './syntax-message.ts';

/** A mistake with its place: line and column from 1, in characters. */
export interface Located {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A YAML text as plain data that remembers where everything stands. */
export interface Source {
  /** Maps without a prototype, lists and single values; undefined where the text is no YAML. */
  readonly value: unknown;
  /** Why the text, or parts of it, could not be read. */
  readonly mistakes: readonly Located[];
  /** Whether a path leads to such a part, which holds undefined, or into one. */
  isUnreadable(path: Path): boolean;
  /** Where a value or a key stands; what does not exist is where the map or list around it begins. */
  locate(path: Path, at: 'value' | 'key'): { readonly line: number; readonly column: number };
}

/**
 * Reads one YAML 1.2 document. Never throws: what is wrong is in `mistakes`. Nesting, aliases and the number of values
 * are bounded before anything is built from them.
 */
export function readYaml(text: string): Source {
  const lines = new LineCounter();
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const parsed = parse(text, lines);
  const locateAll = (troubles: readonly Trouble[]): Located[] =>
    troubles.map(({ offset, message }) => ({ ...place(offset), message }));
  if (!('contents' in parsed)) return unreadableSource(firstPerLine(locateAll(parsed)));
  const reader = new Reader();
  const value = parsed.contents === null ? null : reader.read(parsed.contents, []);
  if (reader.overflow !== null) return unreadableSource(locateAll([reader.overflow]));
  const warnings = parsed.warnings.map((warning) => syntaxTrouble(warning, text, 0));
  return {
    value,
    mistakes: locateAll([...warnings, ...reader.mistakes]),
    isUnreadable: (path) => reader.isUnreadable(path),
    locate: (path, at) => place(reader.offsetOf(parsed.contents, path, at)),
  };
}

function unreadableSource(mistakes: readonly Located[]): Source {
  const start = { line: 1, column: 1 };
  return { value: undefined, mistakes, isUnreadable: () => true, locate: () => start };
}

interface Trouble {
  readonly offset: number;
  readonly message: string;
}

/** The one document of the text, or what is wrong with it. */
function parse(text: string, lines: LineCounter): Document.Parsed | Trouble[] {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ schema: 'core', uniqueKeys: false, prettyErrors: false });
  const tokens = [];
  let lastQuote = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    if (/^["']/.test(lexeme)) lastQuote = parser.offset;
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > NESTING_LEVELS_MAX) {
      const message = `nested too deeply; at most ${NESTING_LEVELS_MAX} levels are read`;
      return [{ offset: parser.offset, message }];
    }
  }
  tokens.push(...parser.end());
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) return [{ offset: 0, message: 'no YAML document' }];
  if (document.errors.length > 0)
    return document.errors.map((error) => syntaxTrouble(error, text, lastQuote));
  if (second !== undefined)
    return [
      { offset: second.range[0], message: 'a second document begins here; expected one document in a file' },
    ];
  return document;
}

function syntaxTrouble(
  error: { code: string; message: string; pos: [number, number] },
  text: string,
  lastQuote: number,
): Trouble {
  const trouble: SyntaxTrouble = { code: error.code, message: error.message, offset: error.pos[0] };
  const offset = isOpenQuote(trouble) ? lastQuote : trouble.offset;
  return { offset, message: syntaxMessage(trouble, text) };
}

/** One slip makes many errors behind it: of each line the first is told. */
function firstPerLine(mistakes: readonly Located[]): Located[] {
  return mistakes.filter(
    (mistake, index) => mistakes.findIndex(({ line }) => line === mistake.line) === index,
  );
}

/** Makes plain data of nodes; counts what it makes, and notes what it refuses. */
class Reader {
  readonly mistakes: Trouble[] = [];
  /** The limit that was passed first; what was read is not complete then. */
  overflow: Trouble | null = null;
  readonly #unreadable = new Set<string>();
  readonly #pairs = new Map<YAMLMap, Map<string, Pair<Node, Node | null>>>();
  readonly #anchors = new Map<string, { node: Node; value: unknown; values: number }>();
  readonly #targets = new Map<Node, Node>();
  #values = 0;
  #aliases = 0;

  read(node: Node, path: Path): unknown {
    const before = this.#values;
    if (++this.#values > VALUES_MAX) return this.#stop(node, `more than ${VALUES_MAX} values`);
    if (isAlias(node)) return this.#readAlias(node, path);
    const value = isMap(node) ? this.#readMap(node, path) : this.#readOther(node, path);
    const anchor = (node as Scalar).anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, { node, value, values: this.#values - before });
    return value;
  }

  /** Where in the text a value or key stands. */
  offsetOf(root: Node | null, path: Path, at: 'value' | 'key'): number {
    let node = root;
    let offset = root?.range?.[0] ?? 0;
    for (const [depth, step] of path.entries()) {
      const holder = node === null ? null : (this.#targets.get(node) ?? node);
      const pair = isMap(holder) ? this.#pairs.get(holder)?.get(String(step)) : undefined;
      const next = isSeq(holder) ? holder.items[Number(step)] : pair?.value;
      if (pair === undefined && next === undefined) return offset;
      const isEmpty = isScalar(next) && next.source === '';
      const key = pair?.key as Node | undefined;
      const isLast = depth === path.length - 1;
      const where = key !== undefined && ((isLast && at === 'key') || isEmpty) ? key : (next as Node);
      offset = where?.range?.[0] ?? offset;
      node = next as Node;
    }
    return offset;
  }

  /** Whether a value at the path, or around it, was refused. */
  isUnreadable(path: Path): boolean {
    if (this.#unreadable.size === 0) return false;
    return Array.from({ length: path.length + 1 }, (_, length) => path.slice(0, length)).some((prefix) =>
      this.#unreadable.has(JSON.stringify(prefix)),
    );
  }

  #readAlias(node: Node & { source: string }, path: Path): unknown {
    const target = this.#anchors.get(node.source);
    if (target === undefined) {
      const hint = `a text that begins with * stands in quotes: ${quote(`*${node.source}`)}`;
      const anchor = quote(`&${node.source}`);
      return this.#refuse(node, path, `there is no anchor ${anchor} before this alias; ${hint}`);
    }
    if (++this.#aliases > ALIASES_MAX) return this.#stop(node, `more than ${ALIASES_MAX} aliases`);
    this.#values += target.values;
    if (this.#values > VALUES_MAX)
      return this.#stop(node, `with its aliases followed, more than ${VALUES_MAX} values`);
    this.#targets.set(node, target.node);
    return target.value;
  }

  #readOther(node: Node, path: Path): unknown {
    if (isSeq(node)) return node.items.map((item, index) => this.read(item as Node, [...path, index]));
    return isScalar(node) ? node.value : this.#refuse(node, path, 'not a value');
  }

  #readMap(node: YAMLMap, path: Path): Record<string, unknown> {
    const value: Record<string, unknown> = Object.create(null);
    const pairs = new Map<string, Pair<Node, Node | null>>();
    this.#pairs.set(node, pairs);
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = keyOf(pair);
      if (key === null) this.#tell(pair.key ?? node, path, oddKey(pair.key));
      else if (pairs.has(key))
        this.#tell(pair.key, [...path, key], 'this key is there twice; expected it once');
      else {
        pairs.set(key, pair);
        value[key] = pair.value === null ? null : this.read(pair.value, [...path, key]);
      }
    }
    return value;
  }

  #refuse(node: Node, path: Path, message: string): undefined {
    this.#tell(node, path, message);
    this.#unreadable.add(JSON.stringify(path));
  }

  #tell(node: Node, path: Path, message: string): void {
    const where = path.length === 0 ? '' : `${formatPath(path)}: `;
    this.mistakes.push({ offset: node.range?.[0] ?? 0, message: where + message });
  }

  #stop(node: Node, limit: string): undefined {
    const message = `${limit}; that is too many for a configuration`;
    this.overflow ??= { offset: node.range?.[0] ?? 0, message };
  }
}

function oddKey(key: unknown): string {
  if (isMap(key) || isSeq(key)) return `${isMap(key) ? 'a map' : 'a list'} is no key; expected a text`;
  if (!isScalar(key)) return 'an alias is no key; expected a text';
  if (typeof key.value === 'string') return `${quote(key.value)} cannot be a key`;
  return `${show(key.value)} is no key; expected a text${key.value === null ? '' : `: "${key.value}"`}`;
}

/** The text of a key; null where it is no text, or one that is dangerous to keep things under. */
function keyOf(pair: Pair<Node, unknown>): string | null {
  const key = pair.key;
  const isText = isScalar(key) && typeof key.value === 'string' && key.value !== '__proto__';
  return isText ? String(key.value) : null;
}
