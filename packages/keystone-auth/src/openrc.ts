import { readFile } from 'node:fs/promises';
import { failureOfFile } from './http-failure.ts';
import { KeystoneError } from './keystone-error.ts';
import { type ShellStatement, shellStatements } from './shell-statements.ts';

export interface OpenrcResult {
  /** What the file sets, in the end. May hold passwords: it is for `sessionOptionsFromEnvironment`, not for a log. */
  readonly variables: Readonly<Record<string, string>>;
  /** Lines, from 1, of commands that were not carried out: `read`, `echo`, `if …`. */
  readonly skippedLines: readonly number[];
  /** Variables whose value only a shell could tell, `$(…)` for instance; they are not set. */
  readonly unknown: readonly string[];
}

// What these begin runs to the word that ends them; nobody knows whether what stands inside happens.
const ENDED_BY: Readonly<Record<string, string>> = { if: 'fi', for: 'done', while: 'done', until: 'done', select: 'done', case: 'esac', '{': '}', '(': ')' };
const LEADING = new Set(['then', 'else', 'elif', 'do']);

/**
 * What an `openrc` or `osrc` file sets, read without running any of it: assignments with or without `export`, all quotings, `$NAME` of
 * earlier lines or of `given`, `${NAME:-default}`, `unset`. Throws `invalid` with the line of a quote that is not closed.
 */
export function parseOpenrc(text: string, given: Readonly<Record<string, string | undefined>> = {}): OpenrcResult {
  const file = new OpenrcFile(given);
  for (const statement of shellStatements(text, (name) => file.valueOf(name))) file.take(statement);
  return file.result();
}

/** `parseOpenrc` of a file. Throws `not_found` or `invalid` with its path. */
export async function readOpenrc(path: string, given: Readonly<Record<string, string | undefined>> = {}): Promise<OpenrcResult> {
  try {
    return parseOpenrc(await readFile(path, 'utf8'), given);
  } catch (error) {
    if (KeystoneError.is(error)) throw new KeystoneError(error.code, `read ${path}: ${error.message}`);
    throw failureOfFile(`read ${path}`, error);
  }
}

class OpenrcFile {
  readonly #given: Readonly<Record<string, string | undefined>>;
  readonly #values = new Map<string, string>();
  readonly #removed = new Set<string>();
  readonly #unknown = new Set<string>();
  readonly #skipped = new Set<number>();
  readonly #openUntil: string[] = [];
  #wasSkipped = false;

  constructor(given: Readonly<Record<string, string | undefined>>) {
    this.#given = given;
  }

  /** `null` for what only a shell could tell. */
  valueOf(name: string): string | null | undefined {
    if (this.#unknown.has(name)) return null;
    if (this.#removed.has(name)) return undefined;
    return this.#values.get(name) ?? (Object.hasOwn(this.#given, name) ? this.#given[name] : undefined);
  }

  take(statement: ShellStatement): void {
    const raws = statement.words.map((word) => word.raw);
    const first = raws.find((raw) => !LEADING.has(raw)) ?? '';
    // `a || b`, `a | b`, and `a && b` where we did not carry out a: nobody knows.
    const isDoubtful = statement.after === '||' || statement.after === '|' || (statement.after === '&&' && this.#wasSkipped);
    this.#wasSkipped = false;
    if (this.#isCompound(raws, first) || isDoubtful) this.#skip(statement);
    else if (first === 'unset') {
      for (const { text } of statement.words.slice(1)) {
        this.#remove(text);
        this.#unknown.delete(text);
      }
    } else this.#assign(statement);
  }

  /** Keeps count of what is open; true for all that stands in `if … fi` and the like, its first and last line included. */
  #isCompound(raws: readonly string[], first: string): boolean {
    const wasInside = this.#openUntil.length > 0;
    const end = Object.hasOwn(ENDED_BY, first) ? ENDED_BY[first] : raws[1] === '(' && raws.includes('{') ? '}' : undefined;
    if (end !== undefined) this.#openUntil.push(end);
    const open = this.#openUntil.at(-1);
    if (open !== undefined && (first === open || (open === ')' && raws.includes(')')))) this.#openUntil.pop();
    return wasInside || end !== undefined;
  }

  result(): OpenrcResult {
    return {
      variables: Object.fromEntries(this.#values),
      skippedLines: [...this.#skipped].sort((a, b) => a - b),
      unknown: [...this.#unknown].sort(),
    };
  }

  #assign(statement: ShellStatement): void {
    const command = statement.words[0]?.raw ?? '';
    const isExport = ['export', 'declare', 'typeset', 'readonly'].includes(command);
    const words = statement.words.slice(isExport ? 1 : 0).filter((word) => !(isExport && word.raw.startsWith('-')));
    // `A=b command` sets A for the command alone.
    const isPlain = isExport ? words.every((word) => word.raw !== '(') : words.every((word) => word.assigns !== undefined);
    if (!isPlain) {
      this.#skip(statement);
      return;
    }
    for (const { assigns } of words) {
      if (assigns === undefined) continue;
      const { name, isAppended } = assigns;
      const value = assigns.value();
      const before = isAppended ? this.valueOf(name) : '';
      if (value === undefined || before === null) {
        this.#remove(name);
        this.#unknown.add(name);
        this.#skip(statement);
        continue;
      }
      this.#removed.delete(name);
      this.#unknown.delete(name);
      this.#values.set(name, (before ?? '') + value);
    }
  }

  #remove(name: string): void {
    this.#values.delete(name);
    this.#removed.add(name);
  }

  #skip(statement: ShellStatement): void {
    this.#wasSkipped = true;
    if (statement.words.length > 0) this.#skipped.add(statement.line);
  }
}
