import { keyOf } from '@freezer/settings';
import { describe, expect, test } from '@jest/globals';
import { AGENT_LINE } from './agent-line.ts';
import { OPTION_TABLE } from './option-table.ts';

const given = (...argv: string[]): unknown => Object.fromEntries(AGENT_LINE.parse(argv).given.map(({ option, text }) => [keyOf(option), text]));

describe('forms of options', () => {
  test.each<[string[], unknown]>([
    [['--max-level', '3'], { max_level: '3' }],
    [['--max-level=3'], { max_level: '3' }],
    [['--proxy='], { proxy: '' }],
    [['--proxy', ''], { proxy: '' }],
    [['-F', '/x'], { path_to_backup: '/x' }],
    [['-F/x'], { path_to_backup: '/x' }],
    [['-dqF/x'], { debug: 'true', quiet: 'true', path_to_backup: '/x' }],
    [['--sync'], { sync: 'true' }],
    [['--nosync'], { sync: 'false' }],
    [['--no-sync'], { sync: 'false' }],
    [['--noincremental'], { incremental: 'false' }],
    [['--no-incremental'], { no_incremental: 'true' }],
    [['--no-incremental', 'true'], { no_incremental: 'true' }],
    [['--no-incremental', 'False', '-d'], { no_incremental: 'False', debug: 'true' }],
    [['--no-incremental', '-d'], { no_incremental: 'true', debug: 'true' }],
    [['--no-incremental=false'], { no_incremental: 'false' }],
    [['--os_auth_ver', '3'], { os_identity_api_version: '3' }],
    [['--restore_from_host', 'h'], { hostname: 'h' }],
    [['--log_config', 'x'], { log_config_append: 'x' }],
    [['--upload-limit', '-1'], { upload_limit: '-1' }],
    [['--metadata-out', '-'], { metadata_out: '-' }],
    [['--exclude=-x'], { exclude: '-x' }],
    [['--exclude', 'a = b'], { exclude: 'a = b' }],
    [['--restore-abs', '/x'], { restore_abs_path: '/x' }],
    [['--exclude', '"; touch pwned; "'], { exclude: '"; touch pwned; "' }],
  ])('%j', (argv, expected) => {
    expect(given(...argv)).toEqual(expected);
  });

  test('the first word is the action, also behind flags', () => {
    expect(AGENT_LINE.parse(['restore', '-N', 'x']).word).toBe('restore');
    expect(AGENT_LINE.parse(['--debug', 'restore', '-N', 'x']).word).toBe('restore');
    expect(AGENT_LINE.parse(['--', 'restore']).word).toBe('restore');
  });

  test.each<[string[], string | undefined, string[]]>([
    [['find', 'passwd', '*.conf', '-N', 'x'], 'find', ['passwd', '*.conf']],
    [['restore', '-N', 'x', 'etc/passwd', '--json', 'etc/group'], 'restore', ['etc/passwd', 'etc/group']],
    [['show', '-N', 'x', '--', '-odd'], 'show', ['-odd']],
    [['--action', 'find', '*.conf'], undefined, ['*.conf']],
    [['--action', 'find', 'find'], undefined, ['find']],
  ])('words behind an action that takes some: %j', (argv, word, operands) => {
    expect(AGENT_LINE.parse(argv)).toMatchObject({ word, operands });
  });

  test('--help and --version are known, also by their beginning', () => {
    expect(AGENT_LINE.parse(['restore', '-h'])).toMatchObject({ help: true, version: false });
    expect(AGENT_LINE.parse(['--vers'])).toMatchObject({ help: false, version: true });
  });
});

describe('mistakes are one line', () => {
  test.each<[string[], string]>([
    [['--max-levl', '3'], 'unknown option --max-levl; did you mean --max-level?'],
    [['--backup_name', 'x'], 'unknown option --backup_name; did you mean --backup-name?'],
    [['--qwertzuiop'], 'unknown option --qwertzuiop; --help lists all options'],
    [['--os-passwort=secret'], 'unknown option --os-passwort; did you mean --os-password?'],
    [['-x'], 'unknown option -x; --help lists all options'],
    [
      ['--max'],
      'option --max is ambiguous; it could be --max-segment-size, --max-seg-size, --max-level, --max-backup-level, --max-priority, --max-logfile-size-mb',
    ],
    [['--max-level'], '--max-level needs a value'],
    [['--exclude', '--debug'], "--exclude needs a value; one that begins with '-' is given as --exclude=VALUE"],
    [['--debug=true'], "--debug takes no value, but 'true' was given; use --debug or --nodebug"],
    [['--debug', 'true', 'x'], "unexpected word 'x' after --debug, which takes no value"],
    [['-F', '/a', 'b'], "unexpected word 'b' after -F; a value with blanks must be quoted"],
    [['restore', '--ssh-password', 'my', 'secret'], 'an unexpected word after --ssh-password; a value with blanks must be quoted'],
    [['--ssh-password', 'my', 'secret'], 'an unexpected word after --ssh-password; a value with blanks must be quoted'],
  ])('%j', (argv, message) => {
    expect(() => AGENT_LINE.parse(argv)).toThrow(expect.objectContaining({ code: 'invalid', message }));
  });
});

describe('the table', () => {
  test('no name, alias, short form or key is there twice', () => {
    const names = OPTION_TABLE.flatMap((option) => [option.name, ...(option.aliases ?? [])]);
    const shorts = OPTION_TABLE.flatMap(({ short }) => (short === undefined ? [] : [short]));
    for (const list of [names, shorts, OPTION_TABLE.map(keyOf)]) expect([...new Set(list)]).toEqual(list);
  });

  test('each option is found by its own name and takes its own default', () => {
    for (const option of OPTION_TABLE) {
      const flag = option.type === 'bool' || option.type === 'switch';
      const {
        given: [first],
      } = AGENT_LINE.parse(flag ? [`--${option.name}`] : [`--${option.name}=x`]);
      expect(first?.option).toBe(option);
      if (option.choices && option.default !== undefined) expect(option.choices).toContain(option.default);
    }
  });
});
