import { describe, expect, test } from '@jest/globals';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

const store = ['--storage', 'local', '-C', '/store'];
const set = [...store, '-N', 'set'];
const backup = ['backup', ...set, '-F', '/data'];

describe('what options ask of each other', () => {
  test.each<[string[], string]>([
    [['backup', ...store, '-F', '/data'], 'A value for --backup-name is required'],
    [['admin', ...store, '-R', '1'], 'A value for --backup-name is required'],
    [['backup', ...set], 'path-to-backup argument must be provided'],
    [[...backup, '--no-incremental', '--max-level', '1'], 'no-incremental option is not compatible with backup level options'],
    [[...backup, '--no-incremental', 'true', '--always-level', '1'], 'no-incremental option is not compatible with backup level options'],
    [[...backup, '--no-incremental', '--incremental'], 'no-incremental option is not compatible with --incremental'],
    [[...backup, '--hide-names'], '--hide-names needs --encrypt-pass-file'],
    [[...backup, '--encryption', 'aes-256-gcm'], '--encryption needs --encrypt-pass-file'],
    [[...backup, '--encrypt-pass-file', '/a', '--encrypt-pass-file', '/b'], 'a backup takes one --encrypt-pass-file; several are for reading older backups'],
    [[...backup, '--quiet', '--progress', 'json'], '--quiet and --progress json contradict each other'],
    [['restore', ...set], '--restore-abs-path is required'],
    [['restore', ...set, '--restore-abs-path', '/x', '--delete'], '--delete needs --overwrite'],
    [['restore', ...set, '--to-stdout'], '--to-stdout writes one file: name it by one --path'],
    [['restore', ...set, '--to-stdout', 'a', '--path', 'b'], '--to-stdout writes one file: name it by one --path'],
    [['restore', ...set, '--to-stdout', 'a', '--json'], '--to-stdout leaves no room for --restore-abs-path, --json or --metadata-out -'],
    [['restore', ...set, '--restore-abs-path', '/x', '--conflict', 'never'], '--conflict needs --overwrite'],
    [['show', ...store], 'A value for --backup-name is required'],
    [['show', ...set, '--point', '1', '--restore-from-date', '2026-01-01T00:00:00Z'], '--point and --restore-from-date contradict each other'],
    [['show', ...set, '--point', '1', '--point', '2'], '--point can be given once'],
    [['diff', ...set, '--point', '1', '--point', '2', '--point', '3'], 'diff compares two points: --point can be given twice'],
    [['find', ...set], "find needs a path or a pattern, as in find passwd or find '*.conf'"],
    [['restore', ...set, '-C', '', '--restore-abs-path', '/x'], '--container is required'],
    [['admin', ...set], 'You need to say what to remove. You can use --remove-older-than, --remove-from-date, --keep-last and the like, or --remove-orphans'],
    [['admin', ...set, '-R', '1', '--older-than', '7d'], '--older-than needs --remove-orphans; to remove old backups use --remove-older-than'],
    [['verify', ...set, '--require-authenticated', '--allow-unauthenticated'], '--require-authenticated and --allow-unauthenticated contradict each other'],
    [['list', ...store, '--all-sets'], '--all-sets is for the action admin or verify or copy'],
    [['restore', ...set, '--restore-abs-path', '/x', '--set', 'b'], '--set is for the action admin or verify or copy'],
    [['backup', ...set, '-F', '/data', '--reason', 'x'], '--reason is for the action pin'],
    [['unpin', ...set, '--reason', 'x'], '--reason is for the action pin'],
    [['restore', ...set, '--restore-abs-path', '/x', '--depth', 'restore'], '--depth is for the action verify'],
    [['admin', ...set, '--keep-last', '1', '--subset', '10%'], '--subset is for the action verify'],
    [['verify', ...store, '--subset', '0%'], '--subset must be a share such as 10% or 2.5% (more than 0, at most 100), or a part such as 3/7'],
    [['verify', ...set, '--all-sets'], '--all-sets leaves no room for --backup-name or --set'],
    [['pin', ...store], 'A value for --backup-name is required'],
    [['pin', ...set, '--point', '1', '--point', '2'], '--point can be given once'],
    [['unpin', ...set, '--point', '1', '--restore-from-date', '2026-01-01T00:00:00Z'], '--point and --restore-from-date contradict each other'],
    [['pin', ...set, '--reason', 'x'.repeat(1001)], '--reason is longer than 1000 bytes'],
  ])('%j', async (argv, message) => {
    await expect(resolveSettings(resolveInput(argv))).rejects.toMatchObject({ code: 'invalid', message });
  });

  test.each<[string[], object]>([
    [['admin', ...set, '--remove-older-than', '0'], { remove_older_than: 0 }],
    [['admin', ...set, '-R', '12h'], { remove_older_than: 0.5 }],
    [['admin', ...set, '--keep-last', '3'], { keep_last: 3, remove_older_than: undefined }],
    [['admin', ...store, '--remove-orphans', '--older-than', '2w'], { remove_orphans: true, older_than: 14 }],
    [[...backup, '--no-incremental', 'false', '--max-level', '1'], { no_incremental: false, max_level: 1 }],
    [[...backup, '--noincremental', '--max-level', '0'], { incremental: false, max_level: 0 }],
    [['find', ...store, 'a', '--path', 'b'], { path: ['b', 'a'], backup_name: undefined }],
    [['restore', ...set, '--to-stdout', 'a'], { path: ['a'], to_stdout: true, conflict: 'always' }],
    [['diff', ...set, '--point', '1', '--point', '2'], { point: ['1', '2'] }],
    [['admin', ...store, '--keep-last', '1', '--set', 'a', '--set', 'b'], { set: ['a', 'b'], backup_name: undefined }],
    [['admin', ...store, '--keep-last', '1', '--all-sets'], { all_sets: true }],
    [['verify', ...store, '--subset', '3/7', '--depth', 'manifests'], { subset: '3/7', depth: 'manifests' }],
    [['pin', ...set, '--reason', 'before the upgrade', '--wait', '3'], { reason: 'before the upgrade', wait: 3 }],
    [['list', ...store], { backup_name: undefined }],
    [['restore', ...set, '--restore-abs-path', 'rel/../x'], { restore_abs_path: '/here/x' }],
    [[...backup, '-F', '~/x'], { path_to_backup: '/home/me/x' }],
    [['list', '--storage', 'local', '-C', '~/b'], { container: '/home/me/b' }],
    [[...backup, '--storage-mode', '0640'], { storage_mode: 0o640 }],
    [[...backup, '--exclude', '"; touch pwned; "', '--exclude', 'a,b'], { exclude: ['"; touch pwned; "', 'a,b'] }],
    [['list', ...set, '--restore-from-date', '2026-01-01T00:00:00Z'], { restore_from_date: 1_767_225_600 }],
  ])('%j is right', async (argv, expected) => {
    expect((await resolveSettings(resolveInput(argv))).settings).toMatchObject(expected);
  });

  test('a retention period with an unknown unit is refused (FIELD N14)', async () => {
    await expect(resolveSettings(resolveInput(['admin', ...set, '--remove-older-than', '2y']))).rejects.toMatchObject({ code: 'invalid' });
    await expect(resolveSettings(resolveInput(['admin', ...set, '--keep-daily', '2w']))).rejects.toMatchObject({
      message: "--keep-daily: '2w' is not a whole number; allowed: a whole number, 1 or more",
    });
  });

  test('a misspelt retention option removes nothing (FIELD N13)', async () => {
    await expect(resolveSettings(resolveInput(['admin', ...set, '--keep-last', '1', '--keep-dayly', '7']))).rejects.toMatchObject({
      message: 'unknown option --keep-dayly; did you mean --keep-daily?',
    });
  });
});
