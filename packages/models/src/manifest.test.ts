import { describe, expect, test } from '@jest/globals';
import { MANIFEST_FORMAT, parseManifest } from './manifest.ts';

const HEX = 'a'.repeat(64);
const digested = { size: 32, sha256: HEX };

const full = {
  format: MANIFEST_FORMAT,
  identity: { host: 'web1', name: 'etc', engine: 'tar', t0: 1_795_243_884, level: 0, t: 1_795_243_884 },
  base: null,
  salt: Buffer.alloc(16, 7).toString('base64'),
  started_at: '2026-11-21T06:51:24Z',
  finished_at: '2026-11-21T06:51:25.120Z',
  source: { kind: 'path', path: '/etc' },
  options: { compression: 'gzip', encryption: 'aes-256-cfb', hide_names: false, exclude: ['*.log'], dereference_symlink: '', one_file_system: true },
  archive_bytes: 10_240,
  counts: { files: 1, directories: 1, links: 0, others: 0, deleted: 0, entries: 2 },
  skipped: 0,
  incomplete: 0,
  complete: true,
  result: 'success',
  reasons: [],
  client_version: '0.1.0',
  objects: { data: { size: 300 }, pieces: digested, index: digested, engine_metadata: digested, metadata: digested },
};
const increment = { ...full, identity: { ...full.identity, level: 1, t: 1_795_330_284 }, base: { level: 0, t: 1_795_243_884, manifest: HEX } };

/** A copy in which what `path` names has another value; undefined takes it away. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone<Record<string, unknown>>(increment);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let inner: Record<string, unknown> = copy;
  for (const key of keys) inner = inner[key] as Record<string, unknown>;
  if (value === undefined) delete inner[last];
  else inner[last] = value;
  return copy;
}

describe('parseManifest', () => {
  test('a full, an increment, and one on a level that Python made', () => {
    expect(parseManifest(full)).toEqual(full);
    expect(parseManifest(increment)).toEqual(increment);
    expect(parseManifest(changed('base.manifest', null))).toBeDefined();
    expect(parseManifest(changed('salt', undefined))).toBeDefined();
    expect(parseManifest(changed('options.encryption', null))).toBeDefined();
    expect(parseManifest(changed('objects.state', digested))).toBeDefined();
  });

  test('keys of later versions are kept, at every depth, also in the bytes', () => {
    const later = { ...full, note: 'x', identity: { ...full.identity, zone: 1 }, objects: { ...full.objects, sums: digested } };
    expect(JSON.stringify(parseManifest(later))).toBe(JSON.stringify({ ...parseManifest(full), ...parseManifest(later) }));
    expect(parseManifest(later)).toEqual(later);
  });

  test.each([
    ['format', 2],
    ['format', '1'],
    ['identity.host', ''],
    ['identity.level', -1],
    ['identity.t', 1.5],
    ['identity.t0', '1795243884'],
    ['identity.engine', undefined],
    ['started_at', '2026-02-31T00:00:00Z'],
    ['finished_at', '2026-11-21T24:00:00Z'],
    ['base', undefined],
    ['base', null],
    ['base.level', 1],
    ['base.manifest', HEX.toUpperCase()],
    ['base.manifest', HEX.slice(1)],
    ['salt', Buffer.alloc(15).toString('base64')],
    ['salt', `${'A'.repeat(21)}B==`],
    ['started_at', '2026-11-21T06:51:24+01:00'],
    ['started_at', '2026-13-21T06:51:24Z'],
    ['finished_at', 1_795_243_884],
    ['options.exclude', '*.log'],
    ['options.encryption', undefined],
    ['archive_bytes', 2 ** 60],
    ['counts.entries', undefined],
    ['complete', 'true'],
    ['result', 'fail'],
    ['reasons', [1]],
    ['objects.data', undefined],
    ['objects.pieces.sha256', 'x'],
    ['objects.state', { size: 1 }],
    ['objects.metadata', undefined],
    ['options', []],
    ['reasons', 'none'],
  ])('refuses %s: %j', (path, value) => {
    expect(() => parseManifest(changed(path, value))).toThrow(new RegExp(`^manifest: ${path}[.:]`));
  });

  test('a full names no base and is as old as its chain', () => {
    expect(() => parseManifest({ ...full, base: increment.base })).toThrow(SyntaxError);
    expect(() => parseManifest({ ...full, identity: { ...full.identity, t: full.identity.t + 1 } })).toThrow(SyntaxError);
  });
});
