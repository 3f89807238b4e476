import { keyOf, usableChoices } from '@freezer/settings';
import { describe, expect, test } from '@jest/globals';
import type { Option } from './option.ts';
import { OPTION_TABLE } from './option-table.ts';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

/** These say where settings stand, and have a meaning on the command line only. */
const COMMAND_LINE_ONLY = new Set(['config', 'config-file', 'config-dir']);
const OPTIONS = OPTION_TABLE.filter(({ name }) => !COMMAND_LINE_ONLY.has(name));

const isFlag = ({ type }: Option): boolean => type === 'bool' || type === 'switch';

/** Right values of an option, as texts; none is its default where that can be avoided. */
function rightTexts(option: Option): readonly string[] {
  switch (option.type) {
    case 'bool':
    case 'switch':
      return ['True', 'False'];
    case 'int':
      return [String(Math.min(option.max ?? 9, Math.max(option.min ?? 9, 9)))];
    case 'float':
      return ['2.5'];
    case 'size':
      return ['10K', '12345'];
    case 'days':
      return ['12h', '2w', '30'];
    case 'date':
      return ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00'];
    case 'mode':
      return ['0640'];
    case 'choice':
    case 'kind':
      return usableChoices(option);
    case 'path':
      return ['/some/file', 'relative', '~/x'];
    case 'string':
      return ['text', 'two words: a = b # c', 'json'];
  }
}

/** Wrong values of an option; texts have none. */
function wrongTexts(option: Option): readonly string[] {
  switch (option.type) {
    case 'bool':
    case 'switch':
      return ['maybe'];
    case 'int':
    case 'float':
      return ['abc', '1,5', '2k', ...(option.min === undefined ? [] : [String(option.min - 1)]), ...(option.max === undefined ? [] : [String(option.max + 1)])];
    case 'size':
      return ['1x', 'k', '1.5.2'];
    case 'days':
      return ['2y', '-1', 'soon'];
    case 'date':
      return ['yesterday', '2026-13-01'];
    case 'mode':
      return ['0755', '07', 'rw'];
    case 'choice':
    case 'kind':
      return ['nonsense', 'Nonsense '];
    case 'path':
      return ['a\0b'];
    case 'string':
      return [];
  }
}

type Place = 'arguments' | 'job file' | 'config file' | 'config dir' | 'environment' | 'oslo environment';

const osloName = (option: Option): string => `OS_DEFAULT__${keyOf(option).toUpperCase()}`;

const BASE = ['--storage', 'local', '-C', '/store', '-N', 'set'];

function argumentsOf(option: Option, texts: readonly string[]): string[] {
  if (option.type === 'bool') return [texts[0] === 'True' ? `--${option.name}` : texts[0] === 'False' ? `--no${option.name}` : `--${option.name}=${texts[0]}`];
  return texts.map((text) => `--${option.name}=${text}`);
}

/** A host on which these texts of an option stand in this place, everything else being the same. */
function inputOf(option: Option, texts: readonly string[], place: Place) {
  const own = option.name === 'action' ? [] : ['list'];
  const base = option.name === 'storage' ? BASE.slice(2) : option.name === 'container' ? [...BASE.slice(0, 2), ...BASE.slice(4)] : BASE;
  const argv = [...own, ...(option.name === 'backup-name' ? base.slice(0, -2) : base)];
  const lines = `${keyOf(option)} = ${texts.join('\n  ')}\n`;
  switch (place) {
    case 'arguments':
      return resolveInput([...argv, ...argumentsOf(option, texts)]);
    case 'job file':
      return resolveInput([...argv, '--config', '/job.ini'], { '/job.ini': `[job]\n${lines.replaceAll('%', '%%')}` });
    case 'config file':
      return resolveInput([...argv, '--config-file', '/a.conf'], { '/a.conf': `[DEFAULT]\n${lines.replaceAll('$', '$$$$')}` });
    case 'config dir':
      return resolveInput([...argv, '--config-dir', '/d'], { '/d/a.conf': `[DEFAULT]\n${lines}` });
    case 'environment':
      return resolveInput(argv, {}, { [option.env?.[0] ?? '']: texts[0] });
    case 'oslo environment':
      return resolveInput(argv, {}, { [osloName(option)]: texts.join('\n') });
  }
}

const messageOf = (error: unknown): string => (typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error));

const KEY_IN: Readonly<Record<Place, (option: Option) => string>> = {
  arguments: ({ name }) => `--${name}`,
  'job file': (option) => `job.ini: ${keyOf(option)}`,
  'config file': (option) => `a.conf: ${keyOf(option)}`,
  'config dir': (option) => `a.conf: ${keyOf(option)}`,
  environment: (option) => `environment: ${option.env?.[0]}`,
  'oslo environment': (option) => `environment: ${osloName(option)}`,
};

/** The value, or why it is not taken, in words that do not name the place. */
async function outcome(option: Option, texts: readonly string[], place: Place): Promise<unknown> {
  try {
    const { settings } = await resolveSettings(inputOf(option, texts, place));
    return { value: Reflect.get(settings, keyOf(option)) };
  } catch (error) {
    return { refused: messageOf(error).replace(`${KEY_IN[place](option)}: `, '') };
  }
}

const FILES: readonly Place[] = ['job file', 'config file', 'config dir'];
const placesOf = (option: Option): readonly Place[] => [...FILES, 'oslo environment', ...(option.env ? (['environment'] as const) : [])];

describe('a setting is the same from wherever it is given', () => {
  test.each(OPTIONS.map((option) => [option.name, option] as const))('--%s', async (_, option) => {
    const samples = rightTexts(option).map((text) => [text]);
    // A file says by False and None that nothing is set; that is a test of its own.
    for (const texts of option.repeatable ? [...samples, rightTexts(option)] : samples) {
      const given = await outcome(option, texts, 'arguments');
      const places = placesOf(option).filter((place) => place !== 'environment' || texts.length === 1);
      for (const place of places) expect([place, texts, await outcome(option, texts, place)]).toEqual([place, texts, given]);
    }
  });

  test('most of them are taken', async () => {
    const outcomes = await Promise.all(OPTIONS.map((option) => outcome(option, rightTexts(option).slice(0, 1), 'arguments')));
    expect(outcomes.filter((one) => JSON.stringify(one).startsWith('{"value"')).length).toBeGreaterThan(OPTIONS.length * 0.7);
  });

  test.each(OPTIONS.flatMap((option) => (option.fileAliases ?? []).map((alias) => [alias, option] as const)))(
    'a file knows the older name %s',
    async (alias, option) => {
      const [text = ''] = rightTexts(option);
      const { argv } = inputOf(option, [text], 'arguments');
      const base = argv.filter((word) => word !== argv.at(-1));
      const named = (key: string) => resolveSettings(resolveInput([...base, '--config', '/j'], { '/j': `[x]\n${key} = ${text}\n` })).catch(messageOf);
      const [old, own] = await Promise.all([named(alias), named(keyOf(option))]);
      if (typeof old === 'string' || typeof own === 'string') expect(typeof old === 'string' ? old.replace(alias, keyOf(option)) : old).toBe(own);
      else {
        expect(old.settings).toEqual(own.settings);
        expect(old.warnings).toEqual([expect.stringContaining(`${alias} is an old spelling of ${keyOf(option)}`)]);
      }
    },
  );
});

describe('a wrong value is refused in one line that names place, key and what is allowed', () => {
  const rows = OPTIONS.filter((option) => wrongTexts(option).length > 0).map((option) => [option.name, option] as const);

  test.each(rows)('--%s', async (_, option) => {
    for (const text of wrongTexts(option)) {
      for (const place of ['arguments', ...placesOf(option).filter((one) => one !== 'config dir')] as const) {
        const error: unknown = await resolveSettings(inputOf(option, [text], place)).then(
          () => `${text} was taken`,
          (caught: unknown) => caught,
        );
        expect([place, text, error]).toEqual([place, text, expect.objectContaining({ code: 'invalid' })]);
        const message = messageOf(error);
        expect(message.startsWith(`${KEY_IN[place](option)}`)).toBe(true);
        expect(message).not.toMatch(/[\n\0]/);
        // A flag of the command line takes no value at all, and says how it is used.
        expect(message).toMatch(place === 'arguments' && isFlag(option) ? /allowed: |use --/ : /; allowed: .+/);
      }
    }
  });
});
