import { FreezerError } from '@freezer/core';
import type { Option } from './option.ts';
import type { SettingValue } from './settings-of.ts';

const OFF: ReadonlySet<SettingValue> = new Set<SettingValue>([undefined, false, '', 'False', 'false', -1]);

function missing(option: Option, place: string, value: SettingValue): string | undefined {
  if (typeof value === 'string' && option.laterValues?.[value] !== undefined) {
    const now = option.choices?.filter((choice) => option.laterValues?.[choice] === undefined) ?? [];
    return `${place}: '${value}' ${option.laterValues[value]}; allowed now: ${now.join(', ')}`;
  }
  return option.later === undefined || OFF.has(value) ? undefined : `${place}: ${option.later}`;
}

/** Fails with `invalid` when a value asks for something that this version does not have. `place` says where it was given. */
export function refuseWhatIsMissing(option: Option, place: string, value: SettingValue): void {
  const message = missing(option, place, value);
  if (message !== undefined) throw new FreezerError('invalid', message);
}
