import { readFileSync } from 'node:fs';
import { OPTION_TABLE, type Option, resolveSettings } from '@freezer/agent';
import { messageOf } from '@freezer/core';
import { keyOf } from '@freezer/settings';
import { describe, expect, test } from '@jest/globals';

/** Of each option of this version the test that shows what it does: file and title. */
const EFFECTS: Readonly<Record<string, readonly [file?: string, title?: string]>> = JSON.parse(
  readFileSync(new URL('./options-have-effect.fixture.json', import.meta.url), 'utf8'),
);

const isLater = ({ later, quietly }: Option): boolean => later !== undefined || quietly === true;
const NOW = OPTION_TABLE.filter((option) => !isLater(option));
const LATER = OPTION_TABLE.filter(isLater);

const quoted = (title: string): readonly string[] => [`'${title.replaceAll("'", "\\'")}'`, `"${title}"`, `\`${title}\``];

const lineOf = (lines: readonly string[], from: number, pattern: RegExp): number => lines.findIndex((line, index) => index >= from && pattern.test(line));

/** The program text of a test, or of a group of them, up to its closing line; empty when there is none of this title. */
function textOf(file: string, title: string): string {
  const lines = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split('\n');
  const at = lines.findIndex((line) => /^ *(?:test|it|describe|\]\))/.test(line) && quoted(title).some((form) => line.includes(`(${form}, `)));
  if (at < 0) return '';
  const indent = /^ */.exec(lines[at] ?? '')?.[0] ?? '';
  const table = /^ *\]\)/.test(lines[at] ?? '')
    ? lines.slice(0, at).findLastIndex((line) => line.startsWith(`${indent}test.each`) || line.startsWith(`${indent}it.each`))
    : at;
  return lines.slice(table, lineOf(lines, at, RegExp(`^${indent}\\}\\);`)) + 1).join('\n');
}

/** Every spelling of an option. */
function namesOf(option: Option): readonly string[] {
  const long = [option.name, ...(option.aliases ?? [])].flatMap((name) => [`--${name}`, `--no${name}`]);
  return [...long, `${keyOf(option)} = `, ...(option.short === undefined ? [] : [`'-${option.short}'`])];
}

describe('each option of this version has a test of its effect', () => {
  test('there is a row for each, and for no other', () => {
    expect(Object.keys(EFFECTS).toSorted()).toEqual(NOW.map(({ name }) => name).toSorted());
  });

  test.each(NOW.map((option) => [option.name, option] as const))('--%s', (name, option) => {
    const [file = '', title = ''] = EFFECTS[name] ?? [];
    const text = textOf(file, title);
    expect({ file, title, there: text !== '' }).toEqual({ file, title, there: true });
    expect({ file, title, text, speaksOfIt: namesOf(option).some((spelling) => text.includes(spelling)) }).toMatchObject({ speaksOfIt: true });
  });
});

describe('each option of a later version is known, and changes nothing or says what is missing', () => {
  const none = (): Promise<never> => Promise.reject(new Error('none'));

  test.each(LATER.map((option) => [option.name, option] as const))('--%s', async (name, option) => {
    const value = option.choices?.[0] ?? (option.type === 'path' || option.type === 'string' ? '/x' : '5');
    const given = option.type === 'bool' || option.type === 'switch' ? `--${name}` : `--${name}=${value}`;
    const argv = ['backup', '--storage', 'local', '-N', 'set', '-F', '/x', given];
    const host = { argv, environment: {}, home: '/h', cwd: '/', hostname: 'h', isRoot: false, readFile: none, listFolder: none };
    const outcome = await resolveSettings(host).then(
      () => 'taken',
      (error: unknown) => messageOf(error),
    );
    if (option.later === undefined) expect(outcome).toBe('taken');
    else expect(outcome).toBe(`--${name}: ${option.later}`);
  });
});
