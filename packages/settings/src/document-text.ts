import { FreezerError } from '@freezer/core';
import { completionScript, type Shell } from './completion.ts';
import { configSample } from './config-sample.ts';
import { manPage } from './man-page.ts';
import type { OtherWord, ProgramText } from './program-text.ts';
import { nearestName } from './suggest.ts';

export interface DocumentRequest {
  /** What stands on the command line: one of the other words and its operand. */
  readonly words: readonly string[];
  /** Of the program. */
  readonly version: string;
  /** `2026-11-21`. */
  readonly date: string;
}

/** The word with which a command line begins when it asks for no run. */
export const otherWord = ({ otherWords }: ProgramText, first: string | undefined): OtherWord | undefined => otherWords.find(({ name }) => name === first);

const wrong = (message: string): FreezerError => new FreezerError('invalid', message);

const usageOf = ({ program }: ProgramText, { name, operand }: OtherWord): string => `${program} ${name}${operand === undefined ? '' : ` ${operand}`}`;

/** The help of such a word. Ends with a line end. */
export function otherWordHelp(text: ProgramText, word: OtherWord): string {
  const choices = word.choices ? `\n${word.operand} is one of: ${word.choices.join(', ')}\n` : '';
  return `Usage: ${usageOf(text, word)}\n\n${word.name} ${word.does}.\n${choices}\nExamples:\n${word.examples.map((line) => `  ${line}\n`).join('')}`;
}

/** What stands behind such a word, checked; undefined when nothing is to. Fails with `invalid`. */
export function operandOf(text: ProgramText, word: OtherWord, rest: readonly string[]): string | undefined {
  const [given, extra] = rest;
  const option = rest.find((one) => one.startsWith('-') && one !== '-');
  if (option !== undefined) throw wrong(`${word.name} takes no option ${option}; usage: ${usageOf(text, word)}`);
  if (word.operand === undefined ? given !== undefined : extra !== undefined) {
    throw wrong(`unexpected word '${word.operand === undefined ? given : extra}' after ${word.name}; usage: ${usageOf(text, word)}`);
  }
  if (word.operand === undefined) return undefined;
  if (given === undefined || given === '')
    throw wrong(`${word.name} needs ${word.operand}${word.choices ? `: ${word.choices.join(', ')}` : ''}; usage: ${usageOf(text, word)}`);
  if (word.choices && !word.choices.includes(given)) {
    const nearest = nearestName(given.toLowerCase(), word.choices);
    throw wrong(`${word.name}: '${given}' is unknown; allowed: ${word.choices.join(', ')}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`);
  }
  return given;
}

const isShell = (text: string | undefined): text is Shell => text === 'bash' || text === 'zsh' || text === 'fish';

/** The text of a word that only prints; undefined for one that does something. Fails with `invalid`. */
export function documentText(text: ProgramText, { words: [first, ...rest], version, date }: DocumentRequest): string | undefined {
  const word = otherWord(text, first);
  if (!word) return undefined;
  const operand = operandOf(text, word, rest);
  if (word.name === 'config-sample') return configSample(text);
  if (word.name === 'man') return manPage(text, { version, date });
  return word.name === 'completion' && isShell(operand) ? completionScript(operand, text) : undefined;
}
