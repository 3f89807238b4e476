import { keyOf, longNameOf, type OptionTable } from './option-table.ts';

const FIRST_OPTION = /--([a-z0-9][a-z0-9-]*)/;
const FIRST_KEY = /^([a-z][a-z0-9_]*): /;

/**
 * A message about a setting, naming the place that gave it: who wrote `subset` into a job file looks for it there, and who wrote
 * `--exclude-if-present` looks for no key. Messages about other things stay as they are.
 */
export function withPlace(table: OptionTable, message: string, places: ReadonlyMap<string, string>): string {
  const key = FIRST_KEY.exec(message)?.[1] ?? '';
  const place = table.ofKey(key) && places.get(key);
  if (place !== undefined) return place + message.slice(key.length);
  const name = FIRST_OPTION.exec(message)?.[1] ?? '';
  const option = table.ofFileName(name) ?? table.options.find((one) => longNameOf(one) === name);
  const given = option && places.get(keyOf(option));
  return given === undefined || !given.includes(': ') || message.startsWith(given) ? message : `${given}: ${message}`;
}
