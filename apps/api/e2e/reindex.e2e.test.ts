import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Place } from './harness/place.ts';
import { type Finished, manage, Service } from './harness/service.ts';

// The built commands of this checkout: backups by freezer-agent, records by freezer-manage, looked at by freezer.
const AGENT = fileURLToPath(new URL('../../agent/dist/main.js', import.meta.url));
const CLI = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));

type Metadata = Readonly<Record<string, unknown>>;

let place: Place;
let container: string;
/** What the agent itself told of its two levels. */
let told: readonly Metadata[];

function command(program: string, argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', env: place.environment(), timeout: 60_000 });
  if (status !== 0) throw new Error(`${argv.join(' ')}: exit ${status}\n${stderr}`);
  return stdout;
}

function backup(number: number): Metadata {
  const out = place.path(`told-${number}`);
  const where = ['--storage', 'local', '--container', container, '--state-dir', place.path('agent-state')];
  command(AGENT, ['backup', ...where, '-F', place.path('data'), '-N', 'my_data', '--hostname', 'web_1', '--max-level', '5', '--metadata-out', out, '--quiet']);
  return JSON.parse(readFileSync(out, 'utf8')) as Metadata;
}

/** As Python leaves a level: no manifest, a metadata object that says how it is stored. */
function pythonLevel(set: string, { t0, level, t }: { readonly t0: number; readonly level: number; readonly t: number }): void {
  for (const [room, name, text] of [
    ['data', 'data', 'x'.repeat(2_097_152)],
    ['data', 'engine_metadata', 'state'],
    ['metadata', 'metadata', '{"engine_name": "tar", "compression": "bzip2", "encryption": true}'],
  ] as const) {
    const folder = `${container}/${room}/tar/${set}/${t0}/${level}_${t}`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${name}`, text);
  }
}

/** What backup-list and backup-show of the built freezer say of a trial on the same store. */
async function asFreezerShows(): Promise<readonly Metadata[]> {
  const service = new Service(place, []);
  try {
    await service.url();
    const freezer = (...argv: readonly string[]): unknown => JSON.parse(command(CLI, [...argv, '--json', '--state-dir', place.state]));
    const list = freezer('backup-list') as readonly { readonly backup_id: string }[];
    return list.map(({ backup_id }) => (freezer('backup-show', backup_id) as { readonly backup_metadata: Metadata }).backup_metadata);
  } finally {
    await service.stop();
  }
}

const reindex = (...argv: readonly string[]): Finished => manage(place, ['reindex', '--storage', 'local', '--container', container, ...argv]);

beforeAll(() => {
  place = new Place();
  container = place.path('store');
  place.write('data/a', 'one');
  place.write('data/folder/b', 'two');
  told = [backup(1), backup(2)];
  pythonLevel('old_etc', { t0: 1_700_000_000, level: 0, t: 1_700_000_000 });
});
afterAll(() => place.remove());

describe('freezer-manage reindex', () => {
  test('a dry run changes nothing', () => {
    expect(reindex('--dry-run')).toMatchObject({ code: 0, out: '3 points found, 3 would be entered, 0 known already\n' });
    expect(manage(place, ['db', 'show']).out).toBe('No Tables/Mappings found!\n');
  });

  test('a container that is not there is another thing than one without backups', () => {
    expect(manage(place, ['reindex', '--storage', 'local', '--container', place.path('nowhere'), '--dry-run'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('nowhere does not exist, or is no directory') as unknown,
    });
  });

  test('what the agent told of its backups comes back from the storage, as far as that knows it, and only once', async () => {
    expect(reindex()).toEqual({ code: 0, out: '3 points found, 3 entered, 0 known already\n', err: '' });
    expect(reindex()).toEqual({ code: 0, out: '3 points found, 0 entered, 3 known already\n', err: '' });
    const shown = await asFreezerShows();
    const byTime = shown.toSorted((a, b) => Number(a['time_stamp']) - Number(b['time_stamp']));
    expect(byTime).toHaveLength(3);
    const [python, ...ours] = byTime;
    // Only the run knew these; its end is told a moment after that of the level.
    const { cli, client_os, max_level, broken_links, total_broken_links, finished_at, duration_seconds, ...first } = told[0] ?? {};
    expect([cli, client_os, max_level, broken_links, total_broken_links]).toEqual([expect.any(String), 'linux', 5, [], 0]);
    expect([finished_at, duration_seconds]).toEqual([expect.any(String), expect.any(Number)]);
    expect(ours[0]).toMatchObject({ ...first, client_os: '', max_level: '', reindexed: true });
    expect(ours[1]).toMatchObject({ hostname: 'web_1', backup_name: 'my_data', level: 1, time_stamp: told[1]?.['time_stamp'] });
    expect(ours[0]).not.toHaveProperty('total_broken_links');
    const known = {
      hostname: 'old',
      backup_name: 'etc',
      level: 0,
      time_stamp: 1_700_000_000,
      compression: 'bzip2',
      encrypted: true,
      bytes_compressed: 2_097_152,
    };
    expect(python).toMatchObject({ ...known, storage: 'local', container, engine_name: 'tar', backup_size_compressed: 2 });
    expect(python).not.toHaveProperty('total_fs_files');
  });

  test('a record that somebody changed stays as it is; one that was lost comes back; a record of Python counts a second before', () => {
    const lines = manage(place, ['db', 'export']).out.trimEnd().split('\n');
    const documents = lines
      .slice(1, -1)
      .map((line) => JSON.parse(line) as { id: string; document: { backup_metadata: Record<string, unknown>; note?: string } });
    const python = documents.find(({ document }) => document.backup_metadata['hostname'] === 'old');
    const ours = documents.find(({ document }) => document.backup_metadata['level'] === 1);
    if (!python || !ours) throw new Error('the records are missing');
    python.id = '1'.repeat(32);
    python.document.backup_metadata['time_stamp'] = 1_699_999_999;
    ours.document.note = 'mine';
    const export2 = place.write('changed.jsonl', `${[JSON.stringify(python), JSON.stringify(ours)].join('\n')}\n`);
    rmSync(place.state, { recursive: true });
    expect(manage(place, ['db', 'import', export2]).code).toBe(0);
    expect(reindex()).toMatchObject({ code: 0, out: '3 points found, 1 entered, 2 known already\n' });
    expect(manage(place, ['db', 'export']).out).toContain('"note":"mine"');
  });

  test('a damaged level is named, and keeps nothing else away', () => {
    pythonLevel('old_etc', { t0: 1_700_000_000, level: 1, t: 1_700_000_100 });
    const spoiled = `${container}/metadata/tar/old_etc/1700000000/1_1700000100/metadata`;
    writeFileSync(spoiled, '{"engine_name": ');
    pythonLevel('old_etc', { t0: 1_700_000_000, level: 2, t: 1_700_000_200 });
    const { code, out, err } = reindex();
    expect([code, out]).toEqual([1, '4 points found, 1 entered, 3 known already, 1 left out as unreadable\n']);
    expect(err).toContain('old_etc 1700000000/1_1700000100');
    rmSync(spoiled);
  });

  test('a level of a later format is named too, and the others still say whose set it is', () => {
    const root = `${container}/data/tar/web_1_my_data`;
    const manifests = (readdirSync(root, { recursive: true }) as string[]).filter((path) => path.endsWith('/manifest')).toSorted();
    const [full = ''] = manifests;
    expect(manifests).toHaveLength(2);
    const path = `${root}/${full}`;
    const before = readFileSync(path, 'utf8');
    const [line = ''] = before.replace('"format":1', '"format":2').split('\n');
    writeFileSync(path, `${line}\nsha256 ${createHash('sha256').update(line).digest('hex')}\n`);
    const { code, out, err } = reindex('--state-dir', place.path('later'), '--hostname', 'web_1');
    writeFileSync(path, before);
    expect([code, out]).toEqual([1, '1 point found, 1 entered, 0 known already, 1 left out as unreadable\n']);
    expect(err).toContain('has format 2; this version reads format 1');
  });

  test('with Keystone each backup belongs to the project of its client, or to the one that is named', () => {
    const keystone = place.write('keystone.conf', '[keystone_authtoken]\nauth_url = http://127.0.0.1:1/v3\n[paste_deploy]\nconfig_file =\n');
    const client = { client: { client_id: 'c', hostname: 'web_1' }, project_id: 'p1', user_id: 'u1' };
    const line = { kind: 'clients', id: 'p1_c', project_id: 'p1', user_id: 'u1', document: client };
    const where = ['--config-file', keystone, '--state-dir', place.path('other')];
    expect(manage(place, ['db', 'import', place.write('clients.jsonl', JSON.stringify(line)), ...where]).code).toBe(0);
    expect(reindex(...where)).toMatchObject({
      code: 1,
      out: "4 points found, 2 entered, 0 known already, 2 left out as nobody's\n",
      err: expect.stringContaining('whose are the backups of old?'),
    });
    expect(reindex('--hostname', 'old', '--project-id', 'p2', '--user-id', 'u2', ...where)).toMatchObject({
      code: 0,
      out: '2 points found, 2 entered, 0 known already\n',
    });
    const owners = manage(place, ['db', 'export', ...where])
      .out.trimEnd()
      .split('\n')
      .slice(2, -1)
      .map((one) => JSON.parse(one) as { project_id: string; user_id: string; document: { user_id: string } });
    expect(owners.map(({ project_id, user_id, document }) => [project_id, user_id, document.user_id])).toEqual([
      ['p1', 'u1', 'u1'],
      ['p1', 'u1', 'u1'],
      ['p2', 'u2', 'u2'],
      ['p2', 'u2', 'u2'],
    ]);
  });

  test.each([
    [['reindex'], 'reindex needs --storage'],
    [['reindex', 'now', '--storage', 'local'], "unexpected word 'now' after reindex"],
    [['reindex', '--storage', 'ssh', '--container', '/x'], 'ssh'],
  ])('%j is wrong usage, in one line', (argv, message) => {
    const { code, out, err } = manage(place, argv);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(message)]);
    expect(err).toMatch(/^freezer-manage: [^\n]+\n$/);
  });
});
