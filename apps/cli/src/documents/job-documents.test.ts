import { expect, test } from '@jest/globals';
import { COMMANDS } from '../command-line/command-table.ts';
import { parseArguments } from '../command-line/parse-arguments.ts';
import { jobOfFlags } from './job-of-flags.ts';
import { actionOfFile, jobOfFile, sessionOfFile } from './old-spellings.ts';

function read<T>(convert: (warn: (text: string) => void) => T): { readonly value: T; readonly warnings: string[] } {
  const warnings: string[] = [];
  return { value: convert((text) => warnings.push(text)), warnings };
}

test('dashes become underscores, the old name of the actions is known, empty dates go; each is said', () => {
  const { value, warnings } = read((warn) =>
    jobOfFile(
      {
        'job-action': [{ 'freezer-action': { 'backup-name': 'b', 'no-incremental': true, engine: 'nova' }, 'max-retry-interval': 3 }],
        'job-schedule': { schedule_start_date: '', 'schedule-interval': '1 days' },
        description: 'a-b',
      },
      warn,
    ),
  );
  expect(value).toEqual({
    job_actions: [{ freezer_action: { backup_name: 'b', no_incremental: true, engine_name: 'nova' }, max_retries_interval: 3 }],
    job_schedule: { schedule_interval: '1 days' },
    description: 'a-b',
  });
  expect(warnings).toHaveLength(9);
});

test('what is right is left alone, without a word, and wins over an old name beside it', () => {
  const good = { job_actions: [{ freezer_action: { backup_name: 'b', hostname: false } }], job_schedule: {} };
  expect(read((warn) => jobOfFile(good, warn))).toEqual({ value: good, warnings: [] });
  expect(read((warn) => actionOfFile({ freezer_action: { 'backup-name': 'old', backup_name: 'new' } }, warn))).toEqual({
    value: { freezer_action: { backup_name: 'new' } },
    warnings: ["'backup-name' is left out, because 'backup_name' is there, too"],
  });
  expect(read((warn) => sessionOfFile({ 'hold-off': 5, schedule: { schedule_end_date: '' } }, warn)).value).toEqual({ hold_off: 5, schedule: {} });
});

const flags = (...words: string[]) => jobOfFlags(parseArguments(['job-create', ...words], COMMANDS));

test('options describe a job with one action', () => {
  expect(
    flags(
      '--path',
      '/etc',
      '-B',
      'etc',
      '--storage',
      's3',
      '--always-level',
      '2',
      '--option',
      'dry-run=true',
      '--option',
      'max_segment_size=1024',
      '--option',
      'x=a=b',
    ),
  ).toEqual({
    job_actions: [
      {
        freezer_action: {
          action: 'backup',
          mode: 'fs',
          path_to_backup: '/etc',
          backup_name: 'etc',
          storage: 's3',
          always_level: 2,
          dry_run: true,
          max_segment_size: 1024,
          x: 'a=b',
        },
      },
    ],
    job_schedule: {},
  });
  expect(flags('--action', 'exec', '--command', 'true', '--max-retries', '0', '--mandatory', '--hour', '3', '--day-of-week', 'mon-fri')).toEqual({
    job_actions: [{ freezer_action: { action: 'exec', command: 'true' }, max_retries: 0, mandatory: true }],
    job_schedule: { schedule_hour: '3', schedule_day_of_week: 'mon-fri' },
  });
  expect(flags('--action', 'admin', '--remove-older-than', '30', '--engine', 'tar')).toMatchObject({
    job_actions: [{ freezer_action: { action: 'admin', remove_older_than: 30, engine_name: 'tar' } }],
  });
});

test.each([
  [['--path', '/etc'], '--action backup needs --backup-name'],
  [['--action', 'exec'], '--action exec needs --command'],
  [['--action', 'restore'], '--action restore needs --backup-name'],
  [['--action', 'info', '--option', 'nonsense'], "--option 'nonsense': it must be KEY=VALUE"],
  [['--action', 'info', '--max-level', 'many'], "--max-level 'many': it must be a number"],
])('%j is refused: %s', (words, message) => {
  expect(() => flags(...words)).toThrow(message);
});
