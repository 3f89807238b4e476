import type { Manifest } from '@freezer/models';
import type { BackupRequest } from './backup-request.ts';
import { digestOf } from './content-lists.ts';

type Options = Manifest['options'];

/** What the manifest keeps of the options that choose the content. */
export function contentOptions({ exclude, dereference, lists, excludeCaches, excludeIfPresent = [], ownPlaces = [] }: BackupRequest['shape']) {
  const { patterns, paths } = lists ?? {};
  return {
    exclude: [...exclude],
    ...(patterns && { exclude_from: { patterns: patterns.length, sha256: digestOf(patterns) } }),
    ...(excludeCaches && { exclude_caches: true }),
    ...(excludeIfPresent.length > 0 && { exclude_if_present: [...excludeIfPresent] }),
    ...(paths && { files_from: { paths: paths.length, sha256: digestOf(paths) } }),
    ...(ownPlaces.length > 0 && { own: { paths: ownPlaces.length, sha256: digestOf(ownPlaces) } }),
    dereference_symlink: dereference ?? '',
  };
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean => new Set([...a, ...b]).size === new Set(a).size && new Set(a).size === new Set(b).size;

/**
 * Which option chooses other content than it did for the base; undefined: none. GNU tar notes by name what it leaves out as what it has:
 * an increment with other patterns would keep old content of what is left out now, and lack without a word what is no longer left out.
 * (A directory with a mark is listed as it is, so `--exclude-caches` and `--exclude-if-present` need no full.)
 */
export function changedContent(base: Options, shape: BackupRequest['shape']): string | undefined {
  const now = contentOptions(shape);
  if (!sameSet(base.exclude, now.exclude)) return '--exclude';
  if (base.exclude_from?.sha256 !== now.exclude_from?.sha256) return '--exclude-from';
  if (base.files_from?.sha256 !== now.files_from?.sha256) return '--files-from';
  if (base.own?.sha256 !== now.own?.sha256) return 'where the container and the state folder lie in the source';
  return base.dereference_symlink === now.dereference_symlink ? undefined : '--dereference-symlink';
}
