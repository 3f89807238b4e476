import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { findGnuTar } from './gnu-tar.ts';
import { tarSettings } from './settings.ts';
import { createArguments, extractArguments } from './tar-arguments.ts';

const NO_LISTS = { patternsPath: undefined, oddPath: undefined, literalPath: undefined };
const create = (changes: Partial<Parameters<typeof createArguments>[0]> = {}): string[] =>
  createArguments({
    ...{ snapshotPath: '/w/snapshot', indexPath: '/w/index', directory: '/s', member: '.', excludes: [], dereference: 'none' },
    ...{ excludeCaches: false, excludeIfPresent: [], lists: NO_LISTS },
    ...changes,
  });

describe('the arguments of tar', () => {
  it('name the member last, behind --', () => {
    expect(create({ directory: '/a b', member: '-rf' }).slice(-3)).toEqual(['--directory=/a b', '--', '-rf']);
  });

  it('never overwrite in place, and never silence tar', () => {
    const all = [...create(), ...extractArguments({ indexPath: '/w/i', target: '/t', placement: 'empty', level: 1, keepOwners: true })];
    for (const argument of ['--overwrite', '--warning=none', '--absolute-names', '-P']) expect(all).not.toContain(argument);
  });

  it('let tar say nothing of new and renamed directories, which the listing asks for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tar-arguments-'));
    try {
      mkdirSync(join(folder, 'source', 'new'), { recursive: true });
      const place = { snapshotPath: join(folder, 'snapshot'), indexPath: join(folder, 'index'), directory: join(folder, 'source') };
      const { status, stderr } = spawnSync('tar', create(place), { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
      expect([status, stderr]).toEqual([0, expect.stringMatching(/^Total bytes written: .+\n$/)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('replay the changes of a level only where the levels before it were restored', () => {
    const extract = (placement: 'empty' | 'overlay', level = 1): string[] =>
      extractArguments({ indexPath: '/w/i', target: '/t', placement, level, keepOwners: false });
    expect(extract('empty', 0)).not.toContain('--incremental');
    expect(extract('empty')).toContain('--incremental');
    expect(extract('overlay')).not.toContain('--incremental');
    expect(extract('overlay')).toContain('--no-same-owner');
  });

  it('hold each pattern as one, as it is', () => {
    expect(create({ excludes: ['*.log', 'a b"'], dereference: 'all' })).toEqual(
      expect.arrayContaining(['--exclude=*.log', '--exclude=a b"', '--hard-dereference', '--dereference']),
    );
  });
});

describe('the settings', () => {
  it('take a pattern or a list, and leave other keys to others', () => {
    expect(tarSettings.parse({ exclude: '*.log', mode: 'fs' })).toMatchObject({ excludes: ['*.log'], dereference: 'none' });
    expect(tarSettings.parse({ exclude: ['a', '', 'b'], dereference_symlink: 'hard' })).toMatchObject({ excludes: ['a', 'b'], dereference: 'hard' });
  });

  it.each([
    [{ exclude: 5 }, /^exclude: a pattern or a list/],
    [{ exclude_if_present: ['a', 'b/c'] }, /^exclude_if_present: 'b\/c' is no name/],
    [{ exclude_caches: 'yes' }, /^exclude_caches: true or false/],
    [{ dereference_symlink: 'some' }, /^dereference_symlink: one of none, soft, hard, all/],
  ])('refuse %j', (settings, message) => {
    expect(() => tarSettings.parse(settings)).toThrow(message);
  });
});

describe('the search for GNU tar', () => {
  it('takes the first that is one', async () => {
    expect(await findGnuTar({}, ['no-such-program', 'cat', 'tar'])).toBe('tar');
  });

  it('is known by its bytes, and a script that starts it by its version', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gnu-tar-'));
    const asked = join(folder, 'asked');
    const script = (name: string, line: string) => writeFileSync(join(folder, name), `#!/bin/sh\ntouch '${asked}'\n${line}\n`, { mode: 0o755 });
    script('wrapper', 'exec tar "$@"');
    script('gnu', '# bug-tar@gnu.org');
    try {
      expect(await findGnuTar({}, [join(folder, 'gnu')])).toBe(join(folder, 'gnu'));
      expect(existsSync(asked)).toBe(false);
      expect(await findGnuTar({}, [join(folder, 'wrapper')])).toBe(join(folder, 'wrapper'));
      expect(existsSync(asked)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names what there is instead', async () => {
    const failed = await findGnuTar({}, ['no-such-program', 'cat']).catch((error: unknown) => error);
    expect(FreezerError.is(failed, 'unsupported')).toBe(true);
    expect(String(failed)).toMatch(/GNU tar is needed: cat is 'cat \(GNU coreutils\)/);
  });
});
