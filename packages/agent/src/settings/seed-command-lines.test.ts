import { readFileSync } from 'node:fs';
import { keyOf, readValue } from '@freezer/settings';
import { describe, expect, test } from '@jest/globals';
import { AGENT_LINE } from './agent-line.ts';

interface Seed {
  readonly line: string;
  readonly gives: string | Readonly<Record<string, string | boolean | readonly string[]>>;
}

/** Command lines of Freezer's manuals and of a deployment guide, with the settings that each gives, or the message where it is a slip. */
const SEEDS: readonly Seed[] = JSON.parse(readFileSync(new URL('./seed-command-lines.fixture.json', import.meta.url), 'utf8'));

/** As a shell takes words apart, as far as these lines need it: a backslash before a letter stays, for Windows. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''));
}

const argvOf = (line: string): string[] => shellWords(line.slice(line.indexOf('freezer-agent') + 'freezer-agent'.length));

function givenSettings(line: string) {
  const settings: Record<string, unknown> = {};
  for (const { option, spelled, text } of AGENT_LINE.parse(argvOf(line)).given) {
    const value = readValue(option, text, { place: spelled, home: '/home/me', cwd: '/' });
    const shown = typeof value === 'boolean' ? value : text;
    settings[keyOf(option)] = option.repeatable ? [shown] : shown;
  }
  return settings;
}

describe('each command line of the manuals gives the settings that it means', () => {
  test.each(SEEDS.map(({ line, gives }) => [line, gives] as const))('%s', (line, gives) => {
    if (typeof gives === 'string') expect(() => givenSettings(line)).toThrow(gives);
    else expect(givenSettings(line)).toEqual(gives);
  });
});

/** Every option of a release's help, with `=` where it takes a value. */
const OPTIONS: readonly string[] = JSON.parse(readFileSync(new URL('./seed-options.fixture.json', import.meta.url), 'utf8'));

describe('each option of the help of an old release is known, by each of its names', () => {
  test.each(OPTIONS)('%s', (spelled) => {
    const name = spelled.replace('=', '');
    const argv = spelled.endsWith('=') ? [name, '1'] : [name];
    expect(AGENT_LINE.parse(argv).given).toEqual([expect.objectContaining({ spelled: name })]);
  });
});
