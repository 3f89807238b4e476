import { type BytePath, bytePathOf, displayPath } from '@freezer/core';

/**
 * 'tree': a path means itself and all in it, a pattern what matches and all in it. 'name': a word without `/` means whatever has this name
 * anywhere, and nothing that is in it.
 */
export type MatchStyle = 'tree' | 'name';

export interface PathMatchRequest {
  /** As the user wrote them; none: everything. */
  readonly words: readonly string[];
  readonly style: MatchStyle;
  /** What was backed up, when that is known: a word may begin with it. */
  readonly sourcePath: string | undefined;
}

interface Word {
  readonly text: string;
  readonly path: BytePath;
  /** Where a `/` stands in it, the whole path has to match; else the last name of it. */
  readonly isWhole: boolean;
  readonly pattern: RegExp | undefined;
}

/**
 * Tells which paths are meant by words of the command line. Patterns know `*`, `?`, `[a-z]`, `[!a-z]` and `\`, none of which takes a `/`, and
 * `**`, which does. What looks like a pattern may be a name all the same.
 */
export class PathMatch {
  readonly #words: readonly Word[];
  readonly #style: MatchStyle;
  readonly #unmatched: Set<Word>;

  constructor({ words, style, sourcePath }: PathMatchRequest) {
    this.#words = words.map((word) => readWord(word, sourcePath));
    this.#style = style;
    this.#unmatched = new Set(this.#words);
  }

  get isEverything(): boolean {
    return this.#words.length === 0;
  }

  /** Whether some word means this path. Remembers which of them did. */
  accepts(path: BytePath): boolean {
    if (this.isEverything) return true;
    let isAccepted = false;
    for (const word of this.#words) {
      if (!(this.#style === 'name' ? meansName(word, path) : meansTree(word, path))) continue;
      this.#unmatched.delete(word);
      isAccepted = true;
    }
    return isAccepted;
  }

  /** The words that meant nothing so far. */
  unmatched(): readonly string[] {
    return [...this.#unmatched].map(({ text }) => text);
  }
}

function readWord(text: string, sourcePath: string | undefined): Word {
  const clean = relativeTo(text, sourcePath)
    .replace(/^(?:\.?\/+)+/, '')
    .replace(/\/+$/, '');
  const path = bytePathOf(clean === '' ? '.' : clean);
  return { text, path, isWhole: clean.includes('/'), pattern: /[*?[\\]/.test(clean) ? patternOf(clean) : undefined };
}

function relativeTo(text: string, sourcePath: string | undefined): string {
  if (sourcePath === undefined || !text.startsWith('/')) return text;
  const root = sourcePath.replace(/\/+$/, '');
  return text === root || text.startsWith(`${root}/`) ? text.slice(root.length) : text;
}

const nameOf = (path: BytePath): BytePath => path.slice(path.lastIndexOf('/') + 1);

function meansName({ path: wanted, isWhole, pattern }: Word, path: BytePath): boolean {
  const part = isWhole ? path : nameOf(path);
  return part === wanted || pattern?.test(displayPath(part)) === true;
}

function meansTree({ path: wanted, isWhole, pattern }: Word, path: BytePath): boolean {
  if (wanted === '.' || path === wanted || (path.startsWith(wanted) && path.charAt(wanted.length) === '/')) return true;
  if (pattern === undefined) return false;
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const above = path.slice(0, end);
    if (pattern.test(displayPath(isWhole ? above : nameOf(above)))) return true;
  }
  return false;
}

const TOKEN = /\*\*\/|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|\\.|[\s\S]/gu;

function patternOf(glob: string): RegExp {
  return new RegExp(`^${[...glob.matchAll(TOKEN)].map(([token]) => tokenPattern(token)).join('')}$`, 'su');
}

function tokenPattern(token: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token === '**') return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.length > 2 && token.startsWith('[')) {
    const isNot = /^\[[!^]/.test(token);
    const members = token.slice(isNot ? 2 : 1, -1).replaceAll(/[\\\][^|{}()]/g, String.raw`\$&`);
    // A range whose end comes before its beginning means nothing; then the brackets mean themselves.
    return isRange(members) ? (isNot ? `(?!/)[^${members}]` : `[${members}]`) : literal(token);
  }
  return literal(token.length > 1 && token.startsWith('\\') ? token.slice(1) : token);
}

const isRange = (members: string): boolean =>
  [...members.matchAll(/(?:\\(.)|(.))-(?:\\(.)|(.))/gsu)].every(
    ([, a = '', b = '', c = '', d = '']) => ((a || b).codePointAt(0) ?? 0) <= ((c || d).codePointAt(0) ?? 0),
  );

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
