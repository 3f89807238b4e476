import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type RanHere, RunHere } from './run-here.fixture.ts';

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
});
afterEach(() => here[Symbol.dispose]());

interface Wrong {
  readonly action: string;
  readonly name: string;
  readonly key: string;
  /** What stands there; on the command line it is the text behind `=`. */
  readonly text: string;
  readonly says: string;
}

const backup = (name: string, text: string, says: string): Wrong => ({ action: 'backup', name, key: name.replaceAll('-', '_'), text, says });

/** One option of each type, those whose text has a form of its own among them. */
const WRONG: readonly (readonly [type: string, wrong: Wrong])[] = [
  ['int', backup('max-level', 'abc', "'abc' is not a whole number; allowed: a whole number, 0 or more")],
  ['int out of range', backup('nice', '20', '20 is more than 19; allowed: a whole number from -20 to 19')],
  ['float', backup('suspicious-below', '1,5', "'1,5' is not a number; allowed: a number from 0 to 100")],
  ['size', backup('upload-limit', '10X', "'10X' is not a size; allowed: bytes, -1 or more, or with a unit, as in 1k, 10K, 120M, 10G")],
  ['days', backup('restart-always-level', '2y', "'2y' is not a number of days; allowed: days, or with a unit, as in 30, 0.5, 12h, 7d, 2w")],
  [
    'date',
    backup('remove-from-date', 'yesterday', "'yesterday' is not a date; allowed: YYYY-MM-DDThh:mm:ss in local time, or with Z or an offset such as +02:00"),
  ],
  ['choice', backup('compression', 'gzpi', "'gzpi' is unknown; allowed: gzip, bzip2, xz, zstd, none (did you mean gzip?)")],
  ['choice in any case', backup('syslog-log-facility', 'LOG_NOPE', "'LOG_NOPE' is unknown; allowed: kern, user, mail")],
  [
    'kind',
    {
      ...backup('engine', 'taz', "'taz' is unknown; allowed: tar, stream, rsync, rsyncv2, nova, osbrick, glance (did you mean tar?)"),
      key: 'engine_name',
    },
  ],
  ['switch', backup('no-incremental', 'maybe', "'maybe' is neither true nor false; allowed: true or false")],
  [
    'rights',
    backup('storage-mode', '0755', "'0755' is not the rights of a file that its owner can read and write; allowed: 0600, 0640, 0660, 0644 and the like"),
  ],
  ['list of names', backup('exclude-if-present', 'a/b', "'a/b' is no name of a file; allowed: a name without /")],
  ['address', backup('proxy', 'ftp://x', 'Proxy has unknown scheme: --proxy must be an address that begins with http:// or https://')],
  ['name', backup('backup-name', 'a/../b', "'a/../b' must not begin or end with '/', nor hold an empty, '.' or '..' part")],
  ['format', backup('log-format', '%(nothing)s', '%(nothing)s is unknown; allowed: asctime, message')],
  [
    'share',
    {
      ...backup('subset', '0%', '--subset must be a share such as 10% or 2.5% (more than 0, at most 100), or a part such as 3/7'),
      action: 'verify',
    },
  ],
];

const PLACES = ['arguments', 'job file', '--config-file', '--config-dir', 'environment'] as const;
type Place = (typeof PLACES)[number];

/** The rest of the settings, which are right. */
function rest({ name, action }: Wrong): string[] {
  mkdirSync(here.path('source'));
  const source = action === 'backup' ? ['-F', here.path('source')] : [];
  const set = name === 'backup-name' ? [] : ['-N', 'set'];
  return [action, '--storage', 'local', '-C', here.path('store'), '--state-dir', here.path('state'), '--log-file', here.path('log'), ...set, ...source];
}

function write(name: string, text: string): string {
  writeFileSync(here.path(name), text);
  return here.path(name);
}

async function runWith(wrong: Wrong, place: Place): Promise<RanHere> {
  const argv = rest(wrong);
  const { name, key, text } = wrong;
  switch (place) {
    case 'arguments':
      return here.runLine([...argv, `--${name}=${text}`]);
    case 'job file':
      return here.runLine([...argv, '--config', write('job.ini', `[job]\n${key} = ${text.replaceAll('%', '%%')}\n`)]);
    case '--config-file':
      return here.runLine([...argv, '--config-file', write('host.conf', `[DEFAULT]\n${key} = ${text}\n`)]);
    case '--config-dir':
      mkdirSync(here.path('conf.d'));
      write('conf.d/host.conf', `[DEFAULT]\n${key} = ${text}\n`);
      return here.runLine([...argv, '--config-dir', here.path('conf.d')]);
    case 'environment':
      here.environment = { ...here.environment, [`OS_DEFAULT__${key.toUpperCase()}`]: text };
      return here.runLine(argv);
  }
}

const NAMED: Readonly<Record<Place, (wrong: Wrong) => string>> = {
  arguments: ({ name }) => `--${name}`,
  'job file': ({ key }) => `job.ini: ${key}`,
  '--config-file': ({ key }) => `host.conf: ${key}`,
  '--config-dir': ({ key }) => `host.conf: ${key}`,
  environment: ({ key }) => `environment: OS_DEFAULT__${key.toUpperCase()}`,
};

describe('a wrong value ends with 2 and one line that names place, key and what is allowed', () => {
  test.each(WRONG.flatMap(([type, wrong]) => PLACES.map((place) => [type, place, wrong] as const)))('%s, %s', async (_, place, wrong) => {
    const { code, out, complaints } = await runWith(wrong, place);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(complaints).toMatch(/^Critical Error: [^\n]+\n$/);
    expect(complaints).toContain(NAMED[place](wrong));
    expect(complaints).toContain(wrong.says);
    expect(readdirSync(here.folder)).not.toContain('store');
  });
});

describe('what has no value to be wrong', () => {
  test.each([
    ['a flag with a value', ['--sync=maybe'], "--sync takes no value, but 'maybe' was given; use --sync or --nosync"],
    ['an empty path', ['--encrypt-pass-file='], '--encrypt-pass-file: must not be empty; allowed: a path'],
    ['a secret without quotes', ['--ssh-password', 'my', 'hunter2'], 'an unexpected word after --ssh-password; a value with blanks must be quoted'],
    ['a name that does not exist', ['--max-levl', '1'], 'unknown option --max-levl; did you mean --max-level?'],
    ['an option without its value', ['--max-level'], '--max-level needs a value'],
  ])('%s', async (_, argv, message) => {
    const ran = await here.runLine(['backup', '--storage', 'local', '-C', here.path('store'), '-N', 'set', ...argv]);
    expect(ran).toEqual({ code: 2, out: '', complaints: `Critical Error: ${message}\n` });
  });

  test.each<[string, string]>([
    ['job.ini', 'sync = maybe'],
    ['job.ini', 'overwrite = 2'],
    ['host.conf', 'sync = maybe'],
  ])('a flag of %s: %s', async (file, line) => {
    write(file, `[DEFAULT]\n${line}\n`);
    const ran = await here.runLine(['list', '--storage', 'local', file === 'job.ini' ? '--config' : '--config-file', here.path(file)]);
    const [key, text] = line.split(' = ');
    expect(ran).toMatchObject({ code: 2, complaints: `Critical Error: ${file}: ${key}: '${text}' is neither true nor false; allowed: true or false\n` });
  });

  test.each([
    ['no key', '[job]\nmax_level\n'],
    ['no section', 'max_level = 1\n'],
    ['no end of a section', '[job\nmax_level = 1\n'],
  ])('a file that is none: %s', async (_, text) => {
    const ran = await here.runLine(['list', '--storage', 'local', '--config', write('job.ini', text)]);
    expect(ran).toMatchObject({ code: 2, out: '', complaints: expect.stringMatching(/^Critical Error: [^\n]*job\.ini[^\n]*\n$/) });
  });
});
