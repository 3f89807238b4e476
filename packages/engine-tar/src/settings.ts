import { FreezerError, type SettingsReader } from '@freezer/core';
import * as z from 'zod';

const schema = z.object({
  exclude: z.union([z.string().transform((pattern) => [pattern]), z.array(z.string())]).optional(),
  dereference_symlink: z.enum(['none', 'soft', 'hard', 'all']).optional(),
});

/** Which links are stored as what they point to. */
export type Dereference = 'none' | 'soft' | 'hard' | 'all';

export interface TarOptions {
  /** Patterns as GNU tar has them: unanchored, `*` matches `/`. */
  readonly excludes: readonly string[];
  readonly dereference: Dereference;
}

/** Reads `exclude` (a pattern or a list) and `dereference_symlink` (none, soft, hard, all). Other keys are left to others. */
export const tarSettings: SettingsReader<TarOptions> = {
  parse(settings) {
    const result = schema.safeParse(settings);
    if (!result.success) {
      const [issue] = result.error.issues;
      const key = String(issue?.path[0] ?? 'settings');
      const allowed = key === 'exclude' ? 'a pattern or a list of patterns' : 'one of none, soft, hard, all';
      throw new FreezerError('invalid', `${key}: ${allowed} is expected`);
    }
    const { exclude = [], dereference_symlink: dereference = 'none' } = result.data;
    return { excludes: exclude.filter((pattern) => pattern !== ''), dereference };
  },
};
