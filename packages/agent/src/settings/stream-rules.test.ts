import { describe, expect, test } from '@jest/globals';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

const set = ['--storage', 'local', '-C', '/store', '-N', 'set'];
const pipe = ['backup', ...set, '--stdin', 'db.sql'];
const command = ['backup', ...set, '--stdin-command', 'pg_dump db'];

describe('what --stdin and --stdin-command ask of other options', () => {
  test.each<[string[], string]>([
    [[...pipe, '-F', '/etc'], '--stdin and --path-to-backup contradict each other: one run saves one of the two'],
    [[...command, '-F', '/etc'], '--stdin-command and --path-to-backup contradict each other: one run saves one of the two'],
    [[...pipe, '--engine', 'tar'], '--stdin and --stdin-command need --engine stream, which is chosen by itself when --engine is left out'],
    [['backup', ...set, '-F', '/etc', '--engine', 'stream'], '--engine stream needs --stdin or --stdin-command in place of --path-to-backup'],
    [['restore', ...set, '--restore-abs-path', '/x', '--stdin', 'db.sql'], '--stdin is for the action backup'],
    [['list', ...set, '--stdin-command', 'x'], '--stdin-command is for the action backup'],
    [[...pipe, '--exclude', '*.log'], '--exclude needs --path-to-backup: of --stdin and --stdin-command all is saved as it comes'],
    [[...command, '--exclude-caches'], '--exclude-caches needs --path-to-backup: of --stdin and --stdin-command all is saved as it comes'],
    [[...pipe, '--files-from', '/list'], '--files-from needs --path-to-backup: of --stdin and --stdin-command all is saved as it comes'],
    [[...pipe, '--consistency-check'], '--consistency-check needs --path-to-backup: of --stdin and --stdin-command all is saved as it comes'],
    [['backup', ...set], 'path-to-backup argument must be provided'],
  ])('%j', async (argv, message) => {
    await expect(resolveSettings(resolveInput(argv))).rejects.toMatchObject({ code: 'invalid', message });
  });

  test.each([
    ['tar', ['backup', ...set, '-F', '/etc']],
    ['stream', pipe],
    ['stream', command],
    ['stream', [...command, '--stdin', 'db.sql', '--shell', '--engine', 'stream']],
  ])('the engine is %s: %j', async (engine, argv) => {
    expect((await resolveSettings(resolveInput(argv))).settings.engine_name).toBe(engine);
  });

  test('a job file has them, too', async () => {
    const job = '[job]\naction = backup\nstorage = local\ncontainer = /store\nbackup_name = set\nstdin_command = pg_dump db\nstdin = db.sql\n';
    const { settings } = await resolveSettings(resolveInput(['--config', '/job.ini'], { '/job.ini': job }));
    expect(settings).toMatchObject({ stdin: 'db.sql', stdin_command: 'pg_dump db', engine_name: 'stream', path_to_backup: undefined });
  });
});
