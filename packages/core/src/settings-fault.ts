import { FreezerError } from './errors.ts';

/** What a schema complains of: the key, and a message that names what is allowed and never a value that is secret. */
export interface SettingIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The error of settings that cannot be: `invalid`, the first complaint of each key. */
export function settingsFault(issues: readonly SettingIssue[]): FreezerError {
  // What an empty text breaks besides is no news.
  const reasons = new Map(issues.toReversed().map(({ path, message }) => [path.join('.'), message]));
  return new FreezerError('invalid', [...reasons].map(([key, message]) => `${key}: ${message}`).join('; '));
}
