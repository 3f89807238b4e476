import { keyOf, optionOfFileName, optionOfKey } from './option-table.ts';
import type { SettingKey } from './settings.ts';

const FIRST_OPTION = /--([a-z0-9][a-z0-9-]*)/;
const FIRST_KEY = /^([a-z][a-z0-9_]*): /;

type Places = ReadonlyMap<SettingKey, string>;

const placeOf = (key: string, places: Places): string | undefined => [...places].find(([given]) => given === key)?.[1];

/**
 * A message about a setting, naming the place that gave it: who wrote `subset` into a job file looks for it there, and who wrote
 * `--exclude-if-present` looks for no key. Messages about other things stay as they are.
 */
export function withPlace(message: string, places: Places): string {
  const key = FIRST_KEY.exec(message)?.[1] ?? '';
  const place = optionOfKey(key) && placeOf(key, places);
  if (place !== undefined) return place + message.slice(key.length);
  const option = optionOfFileName(FIRST_OPTION.exec(message)?.[1] ?? '');
  const given = option && placeOf(keyOf(option), places);
  return given === undefined || !given.includes(': ') || message.startsWith(given) ? message : `${given}: ${message}`;
}
