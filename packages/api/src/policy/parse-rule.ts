import { FreezerError, messageOf } from '@freezer/core';
import { allOf, anyOf, type Check, everybody, nobody, not, roleCheck, valueCheck } from './check.ts';

/** A rule, and the names of the rules that it refers to. */
export interface ParsedRule {
  readonly check: Check;
  readonly refers: readonly string[];
}

/**
 * A rule of a policy file in oslo's syntax: checks (`role:admin`, `rule:owner`, `project_id:%(project_id)s`, `@`, `!`), joined by `and`, `or`, `not`
 * and parentheses; or the old form, a list (or) of lists (and) of checks. An empty rule lets everybody pass. Fails with `invalid`.
 */
export function parseRule(name: string, rule: unknown): ParsedRule {
  try {
    return parse(rule);
  } catch (error) {
    throw new FreezerError('invalid', `policy rule '${name}': ${messageOf(error)}`, { cause: error });
  }
}

function parse(rule: unknown): ParsedRule {
  const refers: string[] = [];
  if (Array.isArray(rule)) {
    if (rule.length === 0) return { check: everybody, refers };
    // What is empty within the list is left out, as oslo does; when nothing is left nobody passes.
    const lists = rule.map((each: unknown) => (Array.isArray(each) ? each : [each])).filter((list) => list.join('') !== '');
    return { check: anyOf(lists.map((list) => allOf(list.map((text: unknown) => simpleCheck(String(text), refers))))), refers };
  }
  if (rule === null || rule === undefined) return { check: everybody, refers };
  if (typeof rule !== 'string') throw new TypeError('is neither a text nor a list');
  if (rule === '') return { check: everybody, refers };
  const reader = new Reader(wordsOf(rule), refers);
  return { check: reader.read(), refers };
}

/** Blanks part words, parentheses stand by themselves; those of `%(name)s` do not, nor does anything in quotes. */
function wordsOf(rule: string): string[] {
  return rule.match(/\(|\)|(?:%\([^)]*\)s|'[^']*'|"[^"]*"|[^\s()])+/g) ?? [];
}

function simpleCheck(text: string, refers: string[]): Check {
  if (text === '@') return everybody;
  if (text === '!') return nobody;
  const colon = text.indexOf(':');
  if (colon <= 0) throw new TypeError(`'${text}' is no check; one looks like role:admin`);
  const kind = text.slice(0, colon);
  const match = text.slice(colon + 1);
  if (kind === 'rule') {
    refers.push(match);
    return ({ rule }) => rule(match);
  }
  if (kind === 'role') return roleCheck(match);
  if (kind === 'http' || kind === 'https') throw new TypeError(`checks over ${kind} are not supported`);
  return valueCheck(kind, match);
}

class Reader {
  readonly #words: readonly string[];
  readonly #refers: string[];
  #at = 0;

  constructor(words: readonly string[], refers: string[]) {
    this.#words = words;
    this.#refers = refers;
  }

  read(): Check {
    const check = this.#either();
    const rest = this.#words[this.#at];
    if (rest !== undefined) throw new TypeError(`'${rest}' is one word too many`);
    return check;
  }

  #take(word: string): boolean {
    if (this.#words[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #either(): Check {
    const checks = [this.#both()];
    while (this.#take('or')) checks.push(this.#both());
    return checks.length === 1 && checks[0] ? checks[0] : anyOf(checks);
  }

  #both(): Check {
    const checks = [this.#one()];
    while (this.#take('and')) checks.push(this.#one());
    return checks.length === 1 && checks[0] ? checks[0] : allOf(checks);
  }

  #one(): Check {
    if (this.#take('not')) return not(this.#one());
    if (this.#take('(')) {
      const inner = this.#either();
      if (!this.#take(')')) throw new TypeError("a ')' is missing");
      return inner;
    }
    const word = this.#words[this.#at];
    if (word === undefined || word === ')' || /^(and|or)$/i.test(word))
      throw new TypeError(`a check is missing ${word === undefined ? 'at the end' : `before '${word}'`}`);
    this.#at += 1;
    return simpleCheck(word, this.#refers);
  }
}
