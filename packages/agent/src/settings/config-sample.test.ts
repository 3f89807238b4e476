import { keyOf, readIni, configSample as sampleOf } from '@freezer/settings';
import { describe, expect, test } from '@jest/globals';
import { AGENT_TEXT } from './agent-text.ts';
import { OPTION_TABLE } from './option-table.ts';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

const configSample = (): string => sampleOf(AGENT_TEXT);
const PLACES_OF_SETTINGS = new Set(['config', 'config_file', 'config_dir']);

describe('the sample of all settings', () => {
  test('sets nothing as it is', () => {
    expect(readIni(configSample(), 'sample', 'oslo')).toEqual([]);
  });

  test('names every setting once', () => {
    const keys = configSample()
      .split('\n')
      .flatMap((line) => /^#(\w+) =/.exec(line)?.[1] ?? []);
    expect(keys.toSorted()).toEqual(
      OPTION_TABLE.map(keyOf)
        .filter((key) => !PLACES_OF_SETTINGS.has(key))
        .toSorted(),
    );
  });

  test('says the defaults: with every line in force nothing changes', async () => {
    const all = configSample().replaceAll(/^#(?=\w+ =)/gm, '');
    const argv = ['list', '--storage', 'local'];
    const plain = await resolveSettings(resolveInput(argv));
    const filled = await resolveSettings(resolveInput([...argv, '--config-file', '/sample.conf'], { '/sample.conf': all }));
    expect(filled.settings).toEqual({ ...plain.settings, config_file: ['/sample.conf'] });
    expect(filled.warnings).toEqual([]);
  });

  test('keeps to the width of a terminal that is not narrow', () => {
    for (const line of configSample().split('\n')) expect(line.length).toBeLessThanOrEqual(102);
  });
});
