import { type BytePath, FreezerError, type SettingsReader } from '@freezer/core';

/** Which links are stored as what they point to. */
export type Dereference = 'none' | 'soft' | 'hard' | 'all';

export interface TarOptions {
  /** Patterns as GNU tar has them: unanchored, `*` matches `/`. */
  readonly excludes: readonly string[];
  /** More of them, as the bytes of a file had them: each char one byte, no blanks at the end. */
  readonly excludePatterns: readonly BytePath[];
  /** Of a directory with a valid `CACHEDIR.TAG` only that is saved. */
  readonly excludeCaches: boolean;
  /** Of a directory with a file of such a name only that file is saved. */
  readonly excludeIfPresent: readonly string[];
  /** Only these, with all below them, and the directories above them; undefined: everything. */
  readonly onlyPaths: readonly BytePath[] | undefined;
  readonly dereference: Dereference;
}

const ALLOWED = {
  exclude: 'a pattern or a list of patterns',
  exclude_patterns: 'a list of patterns',
  exclude_caches: 'true or false',
  exclude_if_present: 'a name or a list of names',
  only_paths: 'a list of paths',
  dereference_symlink: 'one of none, soft, hard, all',
} as const;

const DEREFERENCES: readonly Dereference[] = ['none', 'soft', 'hard', 'all'];

const isText = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isTextOrList = (value: unknown): value is string | readonly string[] => isText(value) || isList(value);
const isTruth = (value: unknown): value is boolean => typeof value === 'boolean';
const isDereference = (value: unknown): value is Dereference => DEREFERENCES.some((one) => one === value);

/**
 * Reads `exclude` (a pattern or a list), `exclude_patterns` and `only_paths` (lists of byte strings), `exclude_caches`, `exclude_if_present`
 * (a name or a list) and `dereference_symlink` (none, soft, hard, all). Other keys are left to others.
 */
export const tarSettings: SettingsReader<TarOptions> = {
  parse(settings) {
    /** Undefined where nothing was given. */
    const given = <Value>(key: keyof typeof ALLOWED, fits: (value: unknown) => value is Value): Value | undefined => {
      const value = settings[key];
      if (value === undefined || fits(value)) return value;
      throw new FreezerError('invalid', `${key}: ${ALLOWED[key]} is expected`);
    };
    const excludeIfPresent = [given('exclude_if_present', isTextOrList) ?? []].flat();
    const wrong = excludeIfPresent.find((name) => name === '' || name.includes('/') || name.includes('\0'));
    if (wrong !== undefined) throw new FreezerError('invalid', `exclude_if_present: '${wrong}' is no name of a file; allowed: a name without /`);
    return {
      excludes: [given('exclude', isTextOrList) ?? []].flat().filter((pattern) => pattern !== ''),
      excludePatterns: given('exclude_patterns', isList) ?? [],
      excludeCaches: given('exclude_caches', isTruth) ?? false,
      excludeIfPresent,
      onlyPaths: given('only_paths', isList),
      dereference: given('dereference_symlink', isDereference) ?? 'none',
    };
  },
};
