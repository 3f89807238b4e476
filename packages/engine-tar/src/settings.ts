import { type BytePath, FreezerError, type SettingsReader } from '@freezer/core';
import * as z from 'zod';

const list = z.union([z.string().transform((pattern) => [pattern]), z.array(z.string())]);

const schema = z.object({
  exclude: list.optional(),
  exclude_patterns: z.array(z.string()).optional(),
  exclude_caches: z.boolean().optional(),
  exclude_if_present: list.optional(),
  only_paths: z.array(z.string()).optional(),
  dereference_symlink: z.enum(['none', 'soft', 'hard', 'all']).optional(),
});

const ALLOWED: Readonly<Record<string, string>> = {
  exclude: 'a pattern or a list of patterns',
  exclude_patterns: 'a list of patterns',
  exclude_caches: 'true or false',
  exclude_if_present: 'a name or a list of names',
  only_paths: 'a list of paths',
  dereference_symlink: 'one of none, soft, hard, all',
};

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

/**
 * Reads `exclude` (a pattern or a list), `exclude_patterns` and `only_paths` (lists of byte strings), `exclude_caches`, `exclude_if_present`
 * (a name or a list) and `dereference_symlink` (none, soft, hard, all). Other keys are left to others.
 */
export const tarSettings: SettingsReader<TarOptions> = {
  parse(settings) {
    const result = schema.safeParse(settings);
    if (!result.success) {
      const key = String(result.error.issues[0]?.path[0] ?? 'settings');
      throw new FreezerError('invalid', `${key}: ${ALLOWED[key] ?? 'something else'} is expected`);
    }
    const { exclude = [], exclude_patterns = [], exclude_if_present = [], dereference_symlink: dereference = 'none', ...rest } = result.data;
    const wrong = exclude_if_present.find((name) => name === '' || name.includes('/') || name.includes('\0'));
    if (wrong !== undefined) throw new FreezerError('invalid', `exclude_if_present: '${wrong}' is no name of a file; allowed: a name without /`);
    return {
      excludes: exclude.filter((pattern) => pattern !== ''),
      excludePatterns: exclude_patterns,
      excludeCaches: rest.exclude_caches ?? false,
      excludeIfPresent: exclude_if_present,
      onlyPaths: rest.only_paths,
      dereference,
    };
  },
};
