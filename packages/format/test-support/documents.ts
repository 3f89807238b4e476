import type { LevelId, SetId } from '@freezer/core';
import { MANIFEST_FORMAT, type Manifest } from '@freezer/models';
import { sha256Hex } from '../src/manifest.ts';

export const SET: SetId = { engine: 'tar', host: 'web1', name: 'etc' };
export const SET_NAME = 'web1_etc';

/** What a level of a small tree says of itself. Objects are those of empty bytes unless they are given. */
export function documentOf(id: LevelId, changes: Partial<Manifest> = {}): Manifest {
  const empty = { size: 0, sha256: sha256Hex(Buffer.alloc(0)) };
  return {
    format: MANIFEST_FORMAT,
    identity: { ...SET, ...id },
    base: id.level === 0 ? null : { level: id.level - 1, t: id.t0, manifest: 'b'.repeat(64) },
    started_at: '2026-11-21T06:51:24.000Z',
    finished_at: '2026-11-21T06:51:25.000Z',
    source: { kind: 'path', path: '/etc' },
    options: { compression: 'none', encryption: null, hide_names: false, exclude: ['*.log'], dereference_symlink: '', one_file_system: true },
    archive_bytes: 10_240,
    counts: { files: 1, directories: 1, links: 0, others: 0, deleted: 0, entries: 2 },
    skipped: 0,
    incomplete: 0,
    complete: true,
    result: 'success',
    reasons: [],
    client_version: '0.1.0',
    objects: { data: { size: 0 }, pieces: empty, index: empty, engine_metadata: empty, metadata: empty },
    ...changes,
  };
}

/** What a promise failed with; undefined when it did not fail. */
export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** What a call threw; undefined when it did not throw. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
