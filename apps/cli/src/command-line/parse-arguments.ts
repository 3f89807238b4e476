import { FreezerError } from '@freezer/core';
import { nearestName } from '@freezer/settings';
import type { Command, GivenValues, OperandSpec, OptionSpec } from './command.ts';
import { findCommand } from './find-command.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import { outputOptionsOf } from './output-options.ts';

export interface ParsedArguments extends GivenValues {
  /** Undefined when no command was named. */
  readonly command: Command | undefined;
}

const wrong = (message: string): FreezerError => new FreezerError('invalid', message);
const isOption = (word: string): boolean => word.startsWith('-') && word !== '-' && !/^-\d/.test(word);

/** All options that may stand with a command; without one, those of every command. */
export function optionsOf(command: Command | undefined): readonly OptionSpec[] {
  return command === undefined ? GLOBAL_OPTIONS : [...command.options, ...outputOptionsOf(command.result), ...GLOBAL_OPTIONS];
}

/** Reads a command line. Fails with `invalid`, in one line. What is missing is only checked when no help is asked for. */
export function parseArguments(argv: readonly string[], commands: readonly Command[]): ParsedArguments {
  const reader = new Reader(argv, commands);
  return reader.read();
}

class Reader {
  readonly #argv: readonly string[];
  readonly #commands: readonly Command[];
  readonly #options: Record<string, string | true | string[]> = {};
  readonly #words: string[] = [];
  #command: Command | undefined;
  #at = 0;

  constructor(argv: readonly string[], commands: readonly Command[]) {
    this.#argv = argv;
    this.#commands = commands;
  }

  read(): ParsedArguments {
    let optionsEnded = false;
    while (this.#at < this.#argv.length) {
      const word = this.#argv[this.#at] ?? '';
      this.#at += 1;
      if (!optionsEnded && word === '--') optionsEnded = true;
      else if (!optionsEnded && isOption(word)) this.#readOption(word);
      else if (this.#command === undefined) this.#readCommand();
      else this.#words.push(word);
    }
    const isHelp = this.#options['help'] !== undefined;
    const operands = this.#command === undefined ? {} : operandsOf(this.#command, this.#words, isHelp);
    if (this.#command !== undefined && !isHelp) this.#checkRequired(this.#command);
    return { command: this.#command, options: this.#options, operands };
  }

  #readCommand(): void {
    const from = this.#at - 1;
    const end = this.#argv.findIndex((word, index) => index >= from && isOption(word));
    const found = findCommand(this.#argv.slice(from, end < 0 ? undefined : end), this.#commands);
    if (found.kind === 'unknown') {
      const hint = found.near.length === 0 ? "'freezer help' lists the commands" : `did you mean ${found.near.slice(0, 8).join(', ')}?`;
      throw wrong(`'${found.tried}' is not a freezer command; ${hint}`);
    }
    this.#command = found.command;
    this.#at = from + found.words;
  }

  #readOption(word: string): void {
    if (!word.startsWith('--')) {
      this.#readShort(word);
      return;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const option = this.#findLong(name);
    if (option.metavar === undefined) {
      if (equals >= 0) throw wrong(`--${option.name} takes no value`);
      this.#keep(option, true);
    } else this.#keep(option, equals >= 0 ? word.slice(equals + 1) : this.#nextValue(`--${option.name}`, option));
  }

  /** `-c NAME`, `-cNAME`, `-vv`. */
  #readShort(word: string): void {
    for (let index = 1; index < word.length; index += 1) {
      const letter = word[index] ?? '';
      const option = optionsOf(this.#command).find(({ short }) => short === letter);
      if (option === undefined) throw wrong(`unknown option -${letter}${this.#hint()}`);
      if (option.metavar === undefined) this.#keep(option, true);
      else {
        const rest = word.slice(index + 1);
        this.#keep(option, rest === '' ? this.#nextValue(`-${letter}`, option) : rest.replace(/^=/, ''));
        return;
      }
    }
  }

  #findLong(name: string): OptionSpec {
    const options = optionsOf(this.#command);
    const namesOf = (option: OptionSpec) => [option.name, ...(option.aliases ?? [])];
    const exact = options.find((option) => namesOf(option).includes(name));
    if (exact !== undefined) return exact;
    const begun = name === '' ? [] : options.filter((option) => namesOf(option).some((each) => each.startsWith(name)));
    const [only] = begun;
    if (begun.length === 1 && only !== undefined) return only;
    if (begun.length > 1) throw wrong(`option --${name} is ambiguous; it could be ${begun.map((option) => `--${option.name}`).join(', ')}`);
    const near = nearestName(name.replaceAll('_', '-'), options.flatMap(namesOf));
    throw wrong(`unknown option --${name}${near === undefined ? this.#hint() : `; did you mean --${near}?`}`);
  }

  #hint(): string {
    return this.#command === undefined ? '; options of a command stand behind it' : `; 'freezer help ${this.#command.name}' lists its options`;
  }

  #nextValue(spelled: string, { metavar }: OptionSpec): string {
    const value = this.#argv[this.#at];
    if (value === undefined || isOption(value)) throw wrong(`${spelled} needs a value: ${metavar}`);
    this.#at += 1;
    return value;
  }

  #keep(option: OptionSpec, value: string | true): void {
    if (option.choices !== undefined && value !== true && !option.choices.includes(value))
      throw wrong(`--${option.name} '${value}': allowed are ${option.choices.join(', ')}`);
    const before = this.#options[option.name];
    if (option.repeatable === true && value !== true) this.#options[option.name] = [...(Array.isArray(before) ? before : []), value];
    else this.#options[option.name] = value;
  }

  #checkRequired(command: Command): void {
    const missing = command.options.filter((option) => option.required === true && this.#options[option.name] === undefined);
    if (missing.length > 0)
      throw wrong(
        `${command.name} needs ${missing.map(({ name, metavar }) => `--${name} ${metavar}`).join(' and ')}; 'freezer help ${command.name}' says more`,
      );
  }
}

function operandsOf(command: Command, words: readonly string[], isHelp: boolean): GivenValues['operands'] {
  const operands: Record<string, string | readonly string[]> = {};
  let at = 0;
  for (const spec of command.operands) {
    if (spec.isRepeatable === true) {
      operands[spec.name] = words.slice(at);
      at = words.length;
    } else {
      const word = words[at];
      if (word !== undefined) operands[spec.name] = checked(spec, word);
      else if (spec.isOptional !== true && !isHelp)
        throw wrong(`${command.name} needs ${shownOperands(command.operands.slice(at))}; 'freezer help ${command.name}' says more`);
      at += 1;
    }
  }
  const extra = words[at];
  if (extra !== undefined && !isHelp) throw wrong(`${command.name}: unexpected word '${extra}'; a value with blanks must be quoted`);
  return operands;
}

function checked(spec: OperandSpec, word: string): string {
  if (spec.choices !== undefined && !spec.choices.includes(word)) throw wrong(`${spec.name} '${word}': allowed are ${spec.choices.join(', ')}`);
  return word;
}

/** `JOB_ID FILE`. */
export function shownOperands(operands: readonly OperandSpec[]): string {
  return operands
    .map(({ name, isOptional, isRepeatable }) => {
      const shown = `${name.toUpperCase()}${isRepeatable === true ? ' ...' : ''}`;
      return isOptional === true ? `[${shown}]` : shown;
    })
    .join(' ');
}
