import { execFileSync } from 'node:child_process';
import { type IniDialect, readIni } from '@freezer/settings';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

/** What Python makes of each input, or the word `refused`. */
function ask(program: string, inputs: readonly string[]): readonly unknown[] {
  const input = JSON.stringify(inputs);
  return JSON.parse(
    execFileSync('/usr/bin/python3', ['-W', 'ignore', '-c', program], { input, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] }),
  );
}

const OSLO_FILE = String.raw`
import json, sys, io
from oslo_config import cfg
def read(text):
    found = []
    class Reader(cfg.ConfigParser):
        def assignment(self, key, value):
            super().assignment(key, value)
            found.append([self.section, key.lower(), '\n'.join(value)])
    reader = Reader('file', {})
    try:
        # As a file is read: universal line ends.
        super(cfg.ConfigParser, reader).parse(io.StringIO(text, newline=None).readlines())
    except Exception:
        return 'refused'
    return found
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

const CONFIGPARSER = String.raw`
import configparser, io, json, sys
def read(text):
    reader = configparser.ConfigParser(strict=False, default_section='\0none')
    try:
        reader.read_file(io.StringIO(text, newline=None))
        return [[s, k, reader.get(s, k)] for s in reader.sections() for k in reader.options(s)]
    except Exception:
        return 'refused'
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

const OSLO_VALUES = `
import json, sys, tempfile
from oslo_config import cfg
def read(text):
    conf = cfg.ConfigOpts()
    conf.register_cli_opts([
        cfg.StrOpt('backup-name'), cfg.StrOpt('temp-resource-prefix', default='freezer_'), cfg.StrOpt('log-file'), cfg.StrOpt('ssh-username', default=''),
        cfg.IntOpt('max-level', min=0), cfg.IntOpt('timeout', min=0, default=120), cfg.BoolOpt('sync', default=True), cfg.BoolOpt('dry-run', default=False),
        cfg.FloatOpt('remove-older-than'),
    ])
    with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
        file.write(text)
        file.flush()
        try:
            conf([], default_config_files=[file.name], default_config_dirs=[])
            return {o: getattr(conf, o) for o in ['backup_name', 'temp_resource_prefix', 'log_file', 'ssh_username', 'max_level', 'timeout', 'sync', 'dry_run', 'remove_older_than']}
        except (Exception, SystemExit, RecursionError):
            return 'refused'
print(json.dumps([read(text) for text in json.load(sys.stdin)]))
`;

const read = (text: string, dialect: IniDialect): unknown => {
  try {
    return readIni(text, 'f', dialect).map(({ section, key, value }) => [section, key, value]);
  } catch {
    return 'refused';
  }
};

const blank = fc.constantFrom('', '', '', ' ', '\t', '  ', '\u00a0', '\u2003', '\u0085');
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'k', '=', ':', '"', "'", '#', ';', '%', '$', ' ', '\t', '\\', ',', 'ß', '\u00a0', '\ufeff', '😀') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 2 }).map((text) => text.replaceAll(/[\r\n[]|[\ud800-\udfff]/g, '')) },
);
const words = fc.array(piece, { maxLength: 10 }).map((parts) => parts.join(''));
const line = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('[a]', '[DEFAULT]', '[storage:x]', '[a] ', '[a]b]', ' [b]', '[', '[]', '[a', '[a] # x') },
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constantFrom('key', 'Other', 'a-b', ' k', '\tk'), blank, fc.constantFrom('=', ':'), blank, words).map((parts) => parts.join('')),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(' ', '\t', '  ', '\u00a0'), words).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('#', ';', ' #', '', ' '), words).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: words },
);
const file = fc
  .tuple(fc.constantFrom('[a]\n', '[DEFAULT]\n', ''), fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\n', '\r\n', '\r'))
  .map(([head, lines, end]) => head + lines.join(end));

test('a file of --config-file is read as by oslo.config, and refused when it refuses', () => {
  const texts = fc.sample(file, { seed: 7, numRuns: 6000 });
  const theirs = ask(OSLO_FILE, texts);
  for (const [index, text] of texts.entries()) expect([text, read(text, 'oslo')]).toEqual([text, theirs[index]]);
  expect(theirs.filter((answer) => answer !== 'refused').length).toBeGreaterThan(1000);
});

test('a job file is read as by configparser, whatever that reads', () => {
  const texts = fc.sample(file, { seed: 8, numRuns: 4000 });
  const theirs = ask(CONFIGPARSER, texts);
  let compared = 0;
  for (const [index, text] of texts.entries()) {
    const answer = theirs[index];
    // It refuses more, for one a lone percent sign.
    if (answer === 'refused' || !Array.isArray(answer)) continue;
    // Of a key that stands there twice the last one counts, there as here.
    const ours = read(text, 'job');
    const last = Array.isArray(ours) ? [...new Map(ours.map((entry: string[]) => [`${entry[0]}\n${entry[1]}`, entry])).values()] : ours;
    const sorted = (list: unknown): unknown => (Array.isArray(list) ? list.map((entry) => JSON.stringify(entry)).toSorted() : list);
    expect([text, sorted(last)]).toEqual([text, sorted(answer)]);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(1000);
});

const KEYS = ['backup_name', 'temp_resource_prefix', 'log_file', 'ssh_username', 'max_level', 'timeout', 'sync', 'dry_run', 'remove_older_than'] as const;
/** Not the float: Python writes it as 120.0. */
const name = fc.constantFrom(...KEYS.filter((key) => key !== 'remove_older_than'), 'nothing', 'a.b');
const template = fc
  .array(
    fc.oneof(
      name.map((one) => `$${one}`),
      name.map((one) => `\${${one}}`),
      fc.constantFrom('$$', '\\$', '$', '$1', 'x', '/', ' ', '-', '${', '%', '"'),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(''));
const setting = fc.constantFrom(...KEYS).chain((key) => {
  const plain = {
    max_level: ['0', '7', ' 3 ', '$timeout', 'x', '-1'],
    timeout: ['5', '10', '$max_level'],
    sync: ['true', 'No', '0', 'maybe', '$dry_run'],
    dry_run: ['yes', 'False', 'off', '$sync'],
    remove_older_than: ['1', '0.5', '$timeout', '2y'],
  };
  const value = key in plain ? fc.constantFrom(...plain[key as keyof typeof plain]) : template;
  return value.map((text) => [key, text] as const);
});

/** What is set to nothing is None there, the built-in value here. */
const PRESET: Readonly<Record<string, unknown>> = { timeout: 120 };
const sameAs = (theirs: unknown): unknown =>
  typeof theirs === 'object' && theirs !== null
    ? Object.fromEntries(Object.entries(theirs).map(([key, value]) => [key, value === null ? PRESET[key] : value]))
    : theirs;

async function ourValues(text: string): Promise<unknown> {
  try {
    const { settings } = await resolveSettings(resolveInput(['list', '--storage', 'local', '--config-file', '/f.conf'], { '/f.conf': text }));
    return Object.fromEntries(KEYS.map((key) => [key, settings[key]]));
  } catch {
    return 'refused';
  }
}

test('the values of --config-file are those of oslo.config, names of other settings replaced', async () => {
  const texts = fc.sample(
    fc.array(setting, { minLength: 1, maxLength: 5 }).map((pairs) => `[DEFAULT]\n${pairs.map(([key, value]) => `${key} = ${value}`).join('\n')}\n`),
    { seed: 9, numRuns: 120 },
  );
  const theirs = ask(OSLO_VALUES, texts);
  for (const [index, text] of texts.entries()) {
    const ours = await ourValues(text);
    expect([text, ours]).toEqual([text, sameAs(theirs[index])]);
  }
  expect(theirs.filter((answer) => answer !== 'refused').length).toBeGreaterThan(20);
});
