import { keyOf } from '@freezer/settings';
import type { ActionName, OptionGroup } from './option.ts';
import { OPTION_TABLE } from './option-table.ts';
import type { SettingKey } from './settings.ts';

/** What somebody may count on: what is saved, what is put back, what is kept. */
const GROUPS: ReadonlySet<OptionGroup> = new Set<OptionGroup>(['levels', 'content', 'restore', 'retention']);

/**
 * A line for each option of the command line that the action does not look at, as `--exclude` of a restore. Not for those of files: a file may
 * hold the settings of several actions.
 */
export function idleOptions(action: ActionName, places: ReadonlyMap<SettingKey, string>): readonly string[] {
  const given: ReadonlyMap<string, string> = places;
  return OPTION_TABLE.flatMap((option) => {
    const place = given.get(keyOf(option));
    if (place?.startsWith('-') !== true || !GROUPS.has(option.group) || option.actions === undefined || option.actions.includes(action)) return [];
    return [`${place} changes nothing here: it is for the action ${option.actions.join(' or ')}`];
  });
}
