import { FreezerError } from '@freezer/core';
import type { Option } from './option.ts';
import { longNameOf, type OptionTable } from './option-table.ts';
import { nearestName } from './suggest.ts';
import { readBoolean } from './values.ts';

/** An option as it stands on the command line. */
export interface GivenOption {
  readonly option: Option;
  /** As it was written, without its value: `--max-level`, `-F`. */
  readonly spelled: string;
  /** Not yet checked. */
  readonly text: string;
}

export interface ParsedArguments {
  readonly help: boolean;
  readonly version: boolean;
  /** The first word, which says what to do. Not yet checked. */
  readonly word?: string | undefined;
  /** The words behind it, for those that take some. */
  readonly operands: readonly string[];
  readonly given: readonly GivenOption[];
}

/** What words without dashes mean to a program. */
export interface WordGrammar {
  /** Whether words may follow this first one. */
  readonly takesOperands?: (word: string) => boolean;
  /** The option that says the same as the first word: `action`. */
  readonly wordOption?: string;
  /** The first word may also stand behind an option with a value; else that is taken for a missing quote. */
  readonly wordsAnywhere?: boolean;
  /** The first words that there are: behind a secret another one is taken for the rest of it, and not shown. */
  readonly words?: ReadonlySet<string>;
}

interface Names {
  readonly long: ReadonlyMap<string, Meaning>;
  readonly short: ReadonlyMap<string, Meaning>;
}

interface Meaning {
  /** Undefined for --help and --version. */
  readonly option?: Option;
  /** Set for names that carry their value: `--sync`, `--nosync`. */
  readonly value?: boolean;
  readonly special?: 'help' | 'version';
}

const takesNoValue = (option: Option): boolean => option.type === 'bool';

function longNames(table: OptionTable): ReadonlyMap<string, Meaning> {
  const names = new Map<string, Meaning>([
    ['help', { special: 'help' }],
    ['version', { special: 'version' }],
  ]);
  const twins: [string, Meaning][] = [];
  for (const option of table.options.filter(({ only }) => only !== 'files')) {
    for (const name of [longNameOf(option), ...(option.aliases ?? [])]) {
      const flag = option.type === 'bool' || option.type === 'switch';
      names.set(name, flag ? { option, value: true } : { option });
      if (flag) twins.push([`no${name}`, { option, value: false }], [`no-${name}`, { option, value: false }]);
    }
  }
  for (const [name, meaning] of twins) if (!names.has(name)) names.set(name, meaning);
  return names;
}

function shortNames(table: OptionTable): ReadonlyMap<string, Meaning> {
  const own = table.options.flatMap((option): [string, Meaning][] => (option.short === undefined ? [] : [[option.short, { option, value: true }]]));
  return new Map<string, Meaning>([['h', { special: 'help' }], ...own]);
}

const nameOf = (meaning: Meaning | undefined): string | undefined => (meaning?.option ? longNameOf(meaning.option) : undefined);

const wrong = (message: string): FreezerError => new FreezerError('invalid', message);

function findLong(long: ReadonlyMap<string, Meaning>, name: string): Meaning {
  const exact = long.get(name);
  if (exact) return exact;
  const begun = [...long.keys()].filter((known) => known.startsWith(name));
  const meanings = new Set(begun.map((known) => `${nameOf(long.get(known)) ?? known} ${long.get(known)?.value}`));
  const only = long.get(begun[0] ?? '');
  if (meanings.size === 1 && only && name !== '') return only;
  if (begun.length > 1)
    throw wrong(
      `option --${name} is ambiguous; it could be ${begun
        .slice(0, 6)
        .map((known) => `--${known}`)
        .join(', ')}`,
    );
  const nearest = nearestName(name.replaceAll('_', '-'), long.keys());
  throw wrong(`unknown option --${name}${nearest === undefined ? '; --help lists all options' : `; did you mean --${nearest}?`}`);
}

/** A word that may be the value of an option: an option must be given as `--name=-value` when its value begins with `-`. */
const isValue = (word: string | undefined): word is string => word !== undefined && (!word.startsWith('-') || word === '-' || /^-\.?\d/.test(word));

/** `FILE--container`, as an old manual has it. */
const gluedOption = (text: string): string | undefined => /[^-]--([a-z][a-z-]*)$/.exec(text)?.[1];

function unexpectedWord(long: ReadonlyMap<string, Meaning>, word: string, before: GivenOption | undefined): FreezerError {
  if (!before) return wrong(`unexpected word '${word}'; a value with blanks must be quoted`);
  const { option, spelled, text } = before;
  const name = gluedOption(text);
  const glued = name !== undefined && long.has(name) ? name : undefined;
  const hint = takesNoValue(option)
    ? ', which takes no value'
    : glued === undefined
      ? '; a value with blanks must be quoted'
      : `; is a blank missing before --${glued}?`;
  return wrong(`${option.secret ? 'an unexpected word' : `unexpected word '${word}'`} after ${spelled}${hint}`);
}

class ArgumentReader {
  readonly given: GivenOption[] = [];
  readonly words: string[] = [];
  readonly operands: string[] = [];
  help = false;
  version = false;
  readonly #names: Names;
  readonly #grammar: WordGrammar;
  readonly #argv: readonly string[];
  #next = 0;
  /** Then a word is what a missing quote left over, and must not show up as a path. */
  #behindSecret = false;

  constructor(names: Names, grammar: WordGrammar, argv: readonly string[]) {
    this.#names = names;
    this.#grammar = grammar;
    this.#argv = argv;
  }

  read(): void {
    for (let word = this.#argv[this.#next++]; word !== undefined; word = this.#argv[this.#next++]) {
      if (word === '--') this.#rest();
      else if (word.startsWith('--')) this.#long(word.slice(2));
      else if (word.length > 1 && word.startsWith('-')) this.#shorts(word.slice(1));
      else this.#word(word);
    }
  }

  #rest(): void {
    for (const word of this.#argv.slice(this.#next)) this.#word(word);
    this.#next = this.#argv.length;
  }

  #word(word: string): void {
    const before = this.given.at(-1);
    const leftOver = this.#behindSecret;
    this.#behindSecret = false;
    if (!leftOver && this.#mayBeOperand()) {
      this.operands.push(word);
      return;
    }
    const isRest = leftOver && this.#grammar.words?.has(word) !== true;
    if (isRest || this.words.length > 0 || (before && !this.#mayBeFirst())) throw unexpectedWord(this.#names.long, word, before);
    this.words.push(word);
  }

  /** Options with a value have taken it, so a word behind one is a mistake; behind a flag it may be the action. */
  #mayBeFirst(): boolean {
    return this.#grammar.wordsAnywhere === true || this.given.every(({ option }) => takesNoValue(option));
  }

  #mayBeOperand(): boolean {
    const { wordOption, takesOperands } = this.#grammar;
    const word = this.words[0] ?? this.given.find(({ option }) => option.name === wordOption)?.text;
    return word !== undefined && takesOperands?.(word) === true;
  }

  #long(text: string): void {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    this.#take(findLong(this.#names.long, name), `--${name}`, equals < 0 ? undefined : text.slice(equals + 1));
  }

  #shorts(letters: string): void {
    const letter = letters.slice(0, 1);
    const meaning = this.#names.short.get(letter);
    if (!meaning) throw wrong(`unknown option -${letter}; --help lists all options`);
    const rest = letters.slice(1);
    if (meaning.special || (meaning.option && takesNoValue(meaning.option))) {
      this.#take(meaning, `-${letter}`, rest.startsWith('=') ? rest.slice(1) : undefined);
      if (rest !== '' && !rest.startsWith('=')) this.#shorts(rest);
    } else this.#take(meaning, `-${letter}`, rest === '' ? undefined : rest.replace(/^=/, ''));
  }

  #take(meaning: Meaning, spelled: string, attached: string | undefined): void {
    const { option, special } = meaning;
    if (special !== undefined) this[special] = true;
    if (!option) return;
    if (option.type === 'switch') this.#push(option, spelled, this.#switched(meaning, attached));
    else if (!takesNoValue(option)) this.#push(option, spelled, attached ?? this.#value(option, spelled));
    else if (attached === undefined) this.#push(option, spelled, String(meaning.value));
    else throw wrong(`${spelled} takes no value, but '${attached}' was given; use --${longNameOf(option)} or --no${longNameOf(option)}`);
  }

  /** Freezer wants a text behind these; ours also takes them alone. */
  #switched(meaning: Meaning, attached: string | undefined): string {
    if (attached !== undefined) return attached;
    if (meaning.value === false) return 'false';
    const next = this.#argv[this.#next];
    if (next === undefined || readBoolean(next) === undefined) return 'true';
    this.#next++;
    return next;
  }

  /** Also `--name = VALUE`, as an old manual writes it. */
  #value(option: Option, spelled: string): string {
    if (this.#argv[this.#next] === '=') this.#next++;
    const next = this.#argv[this.#next];
    if (!isValue(next)) {
      throw wrong(`${spelled} needs a value${next === undefined ? '' : `; one that begins with '-' is given as --${longNameOf(option)}=VALUE`}`);
    }
    this.#next++;
    return next;
  }

  #push(option: Option, spelled: string, text: string): void {
    this.given.push({ option, spelled, text });
    this.#behindSecret = option.secret === true;
  }
}

/** How a program's command line is read. */
export class CommandLine {
  readonly #grammar: WordGrammar;
  readonly #names: Names;

  constructor(table: OptionTable, grammar: WordGrammar = {}) {
    this.#grammar = grammar;
    this.#names = { long: longNames(table), short: shortNames(table) };
  }

  /**
   * Takes a command line apart by oslo.config's rules: `--name VALUE`, `--name=VALUE`, `--flag` and `--noflag`, `-F VALUE`, `-FVALUE`, and
   * beginnings of long names that only one option has. Values are not looked at. Fails with `invalid`, in one line.
   */
  parse(argv: readonly string[]): ParsedArguments {
    const reader = new ArgumentReader(this.#names, this.#grammar, argv);
    reader.read();
    return { help: reader.help, version: reader.version, word: reader.words[0], operands: reader.operands, given: reader.given };
  }

  /** The option that a word such as `--ssh-pass=x` or `-Fx` names; undefined when it is none, or an unknown one. */
  optionOf(word: string): Option | undefined {
    const { long, short } = this.#names;
    const given = /^--([^=]+)/.exec(word)?.[1];
    if (given === undefined) return /^-[^-]/.test(word) ? short.get(word.slice(1, 2))?.option : undefined;
    const begun = long.get(given) ? [given] : [...long.keys()].filter((known) => known.startsWith(given));
    // Of an ambiguous beginning the secret one is what a caller must reckon with.
    const options = begun.map((name) => long.get(name)?.option);
    return options.find((option) => option?.secret) ?? options[0];
  }
}
