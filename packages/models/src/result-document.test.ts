import { describe, expect, test } from '@jest/globals';
import { LISTED, megabytes, type ResultFacts, resultDocument, writeResultDocument } from './result-document.ts';

const facts: ResultFacts = {
  level: 2,
  fsRealPath: '/srv/data',
  volSnapPath: '/srv/data',
  clientOs: 'linux',
  clientVersion: '0.1.0',
  timeStamp: 1_795_243_884,
  action: 'backup',
  backupMedia: 'fs',
  backupName: 'data',
  container: '/backups',
  hostname: 'web1',
  mode: 'fs',
  engineName: 'tar',
  storage: 'local',
  maxLevel: 3,
  pathToBackup: '/srv/data',
  compression: 'gzip',
  sshPort: 22,
  files: 10,
  directories: 3,
  brokenLinks: { items: ['a/link'], total: 1 },
  excluded: { items: [], total: 0 },
  skipped: {
    items: [
      { path: 'secret', reason: 'unreadable', detail: 'Permission denied' },
      { path: 'run/socket', reason: 'socket' },
    ],
    total: 2,
  },
  bytesUncompressed: 20_971_520,
  bytesCompressed: 1_000,
  encrypted: false,
  cli: 'freezer-agent backup -F /srv/data -N data',
  result: 'partial',
  reasons: ['1 item could not be read'],
  startedAt: 1_795_243_884_000,
  finishedAt: 1_795_243_885_250,
};

/** The keys of Debian's Freezer 13, in its order. */
const FREEZER_KEYS = [
  ...[
    'curr_backup_level',
    'fs_real_path',
    'vol_snap_path',
    'client_os',
    'client_version',
    'time_stamp',
    'action',
    'always_level',
    'backup_media',
    'backup_name',
    'container',
  ],
  ...[
    'container_segments',
    'dry_run',
    'hostname',
    'path_to_backup',
    'max_level',
    'mode',
    'log_file',
    'storage',
    'proxy',
    'compression',
    'ssh_key',
    'ssh_username',
    'ssh_host',
    'ssh_port',
  ],
  'consistency_checksum',
];
/** What the first API's readme adds to them. */
const API_KEYS = [
  ...[
    'level',
    'total_fs_files',
    'total_directories',
    'total_broken_links',
    'broken_links',
    'excluded_files',
    'backup_size_uncompressed',
    'backup_size_compressed',
    'compression_alg',
  ],
  ...['encrypted', 'cli', 'version'],
];

describe('result document', () => {
  const document = resultDocument(facts);

  test('has the keys of Freezer first, in its order', () => {
    expect(Object.keys(document).slice(0, FREEZER_KEYS.length)).toEqual(FREEZER_KEYS);
    expect(Object.keys(document)).toEqual(expect.arrayContaining(API_KEYS));
  });

  test("what is not set is '' where Freezer writes that, and the true value elsewhere", () => {
    expect(document).toMatchObject({ always_level: '', container_segments: '', dry_run: '', log_file: '', proxy: '', ssh_key: '', consistency_checksum: '' });
    expect(document).toMatchObject({ max_level: 3, ssh_port: 22, encrypted: false, total_excluded_files: 0 });
    expect(resultDocument({ ...facts, dryRun: true, maxLevel: 0, sshPort: 0, volSnapPath: null, level: 0 })).toMatchObject({
      dry_run: true,
      max_level: '',
      ssh_port: '',
      vol_snap_path: null,
      curr_backup_level: 0,
    });
  });

  test('says the true level, sizes, times and result', () => {
    expect(document).toMatchObject({
      curr_backup_level: 2,
      level: 2,
      backup_size_uncompressed: 20,
      bytes_uncompressed: 20_971_520,
      backup_size_compressed: 0.001,
      bytes_compressed: 1_000,
      result: 'partial',
      started_at: '2026-11-21T06:51:24.000Z',
      finished_at: '2026-11-21T06:51:25.250Z',
      duration_seconds: 1.25,
      skipped_total: 2,
      skipped: [
        { path: 'secret', reason: 'unreadable', detail: 'Permission denied' },
        { path: 'run/socket', reason: 'socket' },
      ],
    });
  });

  test('lists are cut, their counts are not', () => {
    const many = Array.from({ length: 250 }, (_, index) => `file${index}`);
    const cut = resultDocument({
      ...facts,
      brokenLinks: { items: many, total: 1000 },
      excluded: { items: many, total: 2000 },
      skipped: { items: many.map((path) => ({ path, reason: 'changed' })), total: 3000 },
    });
    expect([cut['broken_links'], cut['excluded_files'], cut['skipped']].map((list) => (Array.isArray(list) ? list.length : 0))).toEqual([
      LISTED,
      LISTED,
      LISTED,
    ]);
    expect([cut['total_broken_links'], cut['total_excluded_files'], cut['skipped_total']]).toEqual([1000, 2000, 3000]);
  });

  test('is one line of ASCII without line end, and reads back', () => {
    const text = writeResultDocument(resultDocument({ ...facts, backupName: 'Büro\n', more: { cinder_backup_id: '1' } }));
    expect(text).toMatch(/^\{"curr_backup_level": 2, "fs_real_path": "\/srv\/data", [ -~]*"cinder_backup_id": "1"\}$/);
    expect(JSON.parse(text)).toMatchObject({ backup_name: 'Büro\n', container: '/backups', hostname: 'web1' });
  });
});

test('megabytes', () => {
  expect([0, 1, 1_048_576, 1_572_864, 21_708].map(megabytes)).toEqual([0, 0.001, 1, 1.5, 0.021]);
});
