import { describe, expect, test } from '@jest/globals';
import { resolveSettings } from './resolve.ts';
import { resolveInput } from './resolve-input.fixture.ts';

const backup = ['--storage', 'local', '-C', '/store', '-F', '/data', '-N', 'set'];

test('blanks around --path-to-backup are no part of it, and blanks alone are no path; other paths are taken as they are', async () => {
  const line = ['--storage', 'local', '-C', '/store', '-N', 'set', '-F'];
  expect((await resolveSettings(resolveInput([...line, ' /data/a b \n']))).settings.path_to_backup).toBe('/data/a b');
  expect((await resolveSettings(resolveInput([...line, ' ~/x ']))).settings.path_to_backup).toBe('/home/me/x');
  await expect(resolveSettings(resolveInput([...line, '  ']))).rejects.toThrow('must not be empty; allowed: a path');
  const log = [...line, '/data', '--log-file', '/var/log/a '];
  expect((await resolveSettings(resolveInput(log))).settings.log_file).toBe('/var/log/a ');
});

describe('precedence', () => {
  const file = '[DEFAULT]\ncompression = xz\nmax_level = 3\n';
  const job = '[job]\ncompression = bzip2\nalways_level = 2\n';

  test('the built-in value stands where nothing is given', async () => {
    const { settings, places } = await resolveSettings(resolveInput(backup));
    expect(settings).toMatchObject({ compression: 'gzip', mode: 'fs', engine_name: 'tar', hostname: 'vm', sync: true, container: '/store' });
    expect(places.has('compression')).toBe(false);
  });

  test('--config-file is above the built-in value', async () => {
    const { settings, places } = await resolveSettings(resolveInput([...backup, '--config-file', '/a.conf'], { '/a.conf': file }));
    expect(settings).toMatchObject({ compression: 'xz', max_level: 3 });
    expect(places.get('max_level')).toBe('a.conf: max_level');
  });

  test('a later --config-file is above an earlier one, and --config-dir above both, sorted', async () => {
    const files = {
      '/a.conf': file,
      '/b.conf': '[DEFAULT]\nmax_level=4\n',
      '/d/2.conf': '[DEFAULT]\ncompression=none\n',
      '/d/1.conf': '[DEFAULT]\ncompression=zstd\n',
      '/d/3.txt': 'x',
    };
    const argv = [...backup, '--config-dir', '/d', '--config-file', '/a.conf', '--config-file', '/b.conf'];
    const { settings } = await resolveSettings(resolveInput(argv, files));
    expect(settings).toMatchObject({ compression: 'none', max_level: 4 });
  });

  test('the job file is above --config-file, the command line above both', async () => {
    const files = { '/a.conf': file, '/job.ini': job };
    const argv = [...backup, '--config', '/job.ini', '--config-file', '/a.conf'];
    expect((await resolveSettings(resolveInput(argv, files))).settings).toMatchObject({ compression: 'bzip2', max_level: 3, always_level: 2 });
    expect((await resolveSettings(resolveInput([...argv, '--compression', 'zstd'], files))).settings.compression).toBe('zstd');
  });

  test('the environment fills what no place gave, and nothing else', async () => {
    const environment = { OS_USERNAME: 'env', OS_TENANT_NAME: 'tenant', OS_PASSWORD: 'x' };
    const { settings } = await resolveSettings(resolveInput([...backup, '--os-username', 'line'], {}, environment));
    expect(settings).toMatchObject({ os_username: 'line', os_project_name: 'tenant', os_password: 'x' });
  });

  test('the environment knows every setting, as with oslo.config', async () => {
    const environment = {
      OS_DEFAULT__MAX_LEVEL: '3',
      OS_DEFAULT__OS_USERNAME: 'general',
      OS_USERNAME: 'own',
      OS_DEFAULT__EXCLUDE: "['a', 'b']",
      OS_DEFAULT__SYNC: 'False',
      OS_DEFAULT__WAIT: '',
      OS_DEFAULT__COMPRESSION: 'xz',
      OS_DEFAULT__MAX_LEVLE: '3',
      OS_DEFAULT__CONFIG: '/job.ini',
      os_default__hostname: 'x',
    };
    const { settings, places, warnings } = await resolveSettings(resolveInput([...backup, '--compression', 'zstd'], {}, environment));
    expect(settings).toMatchObject({
      max_level: 3,
      os_username: 'general',
      exclude: ['a', 'b'],
      sync: false,
      wait: 0,
      compression: 'zstd',
      hostname: 'vm',
    });
    expect(places.get('max_level')).toBe('environment: OS_DEFAULT__MAX_LEVEL');
    expect(settings.config).toBeUndefined();
    expect(warnings).toEqual([
      'environment: OS_DEFAULT__CONFIG is not used; --config stands on the command line',
      'environment: unknown key max_levle is ignored; did you mean max_level?',
    ]);
  });

  test('a slip in the environment removes nothing either (FIELD N13)', async () => {
    const admin = resolveInput(['admin', '--storage', 'local', '-N', 'set', '--keep-last', '1'], {}, { OS_DEFAULT__KEEP_DAYLY: '7' });
    await expect(resolveSettings(admin)).rejects.toMatchObject({
      code: 'invalid',
      message: 'environment: unknown key keep_dayly; did you mean keep_daily?',
    });
  });

  test('False and None in a file take away what a lower place gave', async () => {
    const files = { '/a.conf': file, '/job.ini': '[job]\nmax_level = False\ncompression = None\nhostname = false\n' };
    const { settings } = await resolveSettings(resolveInput([...backup, '--config', '/job.ini', '--config-file', '/a.conf'], files));
    expect(settings).toMatchObject({ compression: 'gzip', max_level: undefined, hostname: 'vm' });
  });
});

describe('job files', () => {
  const resolveJob = (text: string, argv: readonly string[] = []) => resolveSettings(resolveInput(['--config', '/job.ini', ...argv], { '/job.ini': text }));
  const base = '[job]\nstorage = local\ncontainer = /store\nbackup_name = set\npath_to_backup = /data\n';

  test('old names are taken with a warning', async () => {
    const text =
      '[job]\nstorage=local\nsrc_file = /data\nbackup-name = set\nmax_backup_level = 2\nrestart_always_backup = 5\nmax_cpu_priority = false\nengine = tar\n';
    const { settings, warnings } = await resolveJob(text);
    expect(settings).toMatchObject({
      path_to_backup: '/data',
      backup_name: 'set',
      max_level: 2,
      restart_always_level: 5,
      engine_name: 'tar',
      max_priority: false,
    });
    expect(warnings).toContain('job.ini: src_file is an old spelling of path_to_backup');
    expect(warnings).toContain('job.ini: backup-name is an old spelling of backup_name');
    expect(warnings).toHaveLength(6);
  });

  test('an unknown key is a warning that names it', async () => {
    expect((await resolveJob(`${base}max_levl = 1\nfoo = 2\n`)).warnings).toEqual([
      'job.ini: unknown key max_levl is ignored; did you mean max_level?',
      'job.ini: unknown key foo is ignored',
    ]);
  });

  test('an unknown key that may concern retention stops admin (FIELD N13)', async () => {
    const admin = '[job]\naction = admin\nstorage = local\nbackup_name = set\nkeep_last = 1\nkeep_dayly = 7\n';
    await expect(resolveJob(admin)).rejects.toMatchObject({ code: 'invalid', message: 'job.ini: unknown key keep_dayly; did you mean keep_daily?' });
  });

  test('storage sections stay apart and take nothing from elsewhere', async () => {
    const text = `${base}[storage:one]\nstorage = local\ncontainer = /one\n[storage:two]\nstorage = local\ncontainer = /two\nssh_port = 23\n`;
    const { settings, storageSections } = await resolveJob(text);
    expect(settings.container).toBe('/store');
    expect(storageSections).toEqual([
      { name: 'one', settings: { storage: 'local', container: '/one' } },
      { name: 'two', settings: { storage: 'local', container: '/two', ssh_port: 23 } },
    ]);
    expect((await resolveJob(text, ['--storage', 'local'])).storageSections).toEqual([]);
    expect((await resolveJob(`${text}contaner = /x\n`)).warnings).toContain('job.ini: [storage:two]: unknown key contaner is ignored; did you mean container?');
  });

  test('two storage sections of one name are refused, as by Python, and not taken as one', async () => {
    const text = `${base}[storage:one]\nstorage = local\ncontainer = /one\n[storage:one]\nstorage = local\ncontainer = /two\n`;
    const message = 'job.ini: [storage:one] storage stands there twice: in one section, or in two of one name, and each storage needs a name of its own';
    await expect(resolveJob(text)).rejects.toMatchObject({ code: 'invalid', message });
  });

  test('a file that is missing is one line', async () => {
    await expect(resolveSettings(resolveInput(['--config', '/no.ini']))).rejects.toMatchObject({
      code: 'invalid',
      message: '--config: configuration file /no.ini not found',
    });
  });
});

describe('wrong values name place, value and what is allowed', () => {
  test.each([
    [['--max-level', 'abc'], "--max-level: 'abc' is not a whole number; allowed: a whole number, 0 or more"],
    [['--max-level', '-1'], '--max-level: -1 is less than 0; allowed: a whole number, 0 or more'],
    [['--compression', 'gzpi'], "--compression: 'gzpi' is unknown; allowed: gzip, bzip2, xz, zstd, none (did you mean gzip?)"],
    [['--restart-always-level', '2y'], "--restart-always-level: '2y' is not a number of days; allowed: days, or with a unit, as in 30, 0.5, 12h, 7d, 2w"],
    [
      ['--restart-always-level', '36500000000'],
      '--restart-always-level: 36500000000 is more than 100000000 days; allowed: days, or with a unit, as in 30, 0.5, 12h, 7d, 2w',
    ],
    [['--max-segment-size', '1x'], "--max-segment-size: '1x' is not a size; allowed: bytes, 1 or more, or with a unit, as in 1k, 10K, 120M, 10G"],
    [['--ssh-port', '70000'], '--ssh-port: 70000 is more than 65535; allowed: a whole number from 1 to 65535'],
    [['-F', ''], '-F: must not be empty; allowed: a path'],
    [
      ['--storage-mode', '0755'],
      "--storage-mode: '0755' is not the rights of a file that its owner can read and write; allowed: 0600, 0640, 0660, 0644 and the like",
    ],
    [['--upload-limit', '10X'], "--upload-limit: '10X' is not a size; allowed: bytes, -1 or more, or with a unit, as in 1k, 10K, 120M, 10G"],
    [['--download-limit', '-2'], '--download-limit: -2 is less than -1; allowed: bytes, -1 or more, or with a unit, as in 1k, 10K, 120M, 10G'],
    [['--progress', 'jsn'], "--progress: 'jsn' is unknown; allowed: auto, json, none (did you mean json?)"],
  ])('%j', async (argv, message) => {
    await expect(resolveSettings(resolveInput([...backup, ...argv]))).rejects.toMatchObject({ code: 'invalid', message });
  });

  test('in a job file', async () => {
    const files = { '/job.ini': '[job]\nmax_level = abc\n' };
    await expect(resolveSettings(resolveInput([...backup, '--config', '/job.ini'], files))).rejects.toMatchObject({
      message: "job.ini: max_level: 'abc' is not a whole number; allowed: a whole number, 0 or more",
    });
  });
});

describe('what is not part of this version', () => {
  test.each([
    [[...backup, '-m', 'mysql'], "-m: 'mysql' is not part of this version: it needs its own mode package; allowed now: fs"],
    [[...backup, '--snapshot'], '--snapshot: snapshots are not part of this version'],
    [
      ['restroe'],
      "unknown action 'restroe'; did you mean restore?; allowed: backup, restore, verify, list, show, find, diff, copy, pin, unpin, admin, info, exec",
    ],
  ])('%j', async (argv, message) => {
    await expect(resolveSettings(resolveInput(argv))).rejects.toMatchObject({ code: 'invalid', message });
  });

  test.each([
    [['--ssh-port', '23']],
    [['--upload-limit', '-1']],
    [['--timeout', '5']],
    [['--os-auth-url', 'http://x']],
    [['--max-segment-size', '1M']],
    [['--snapshot', 'false']],
  ])('%j changes nothing and is taken', async (argv) => {
    await expect(resolveSettings(resolveInput([...backup, ...argv]))).resolves.toMatchObject({ action: 'backup' });
  });
});

test('certificates of the environment for S3 do not stand before those that --os-cacert names', async () => {
  const certificates = async (more: readonly string[]) =>
    (await resolveSettings(resolveInput(['list', '--storage', 'local', ...more], {}, { AWS_CA_BUNDLE: '/env' }))).settings.s3_cacert;
  expect(await certificates([])).toBe('/env');
  expect(await certificates(['--os-cacert', '/ca'])).toBeUndefined();
  expect(await certificates(['--os-cacert', '/ca', '--s3-cacert', '/own'])).toBe('/own');
});

test.each(['osrc', 'os-cloud'])('beside --%s the region of the command line counts, and of no other place', async (account) => {
  const files = { '/job': `[default]\n${account.replaceAll('-', '_')} = x\nos_region_name = two\n` };
  const regionOf = async (...line: readonly string[]) =>
    (await resolveSettings(resolveInput(['list', '--storage', 'swift', '-C', 'c', '--config', '/job', ...line], files, { OS_REGION_NAME: 'three' }))).settings
      .os_region_name;
  expect(await regionOf()).toBeUndefined();
  expect(await regionOf('--os-region-name', 'one')).toBe('one');
});
