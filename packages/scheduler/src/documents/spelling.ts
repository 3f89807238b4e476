import { WEEKDAYS } from '../triggers/cron-expression.ts';
import { keyOf } from './schedule-keys.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keys of an object as we call them; other spellings give a warning. `allowed`: keys that are ours; of others nothing is changed. */
export function respelled(value: JsonObject, where: string, allowed: ReadonlySet<string> | undefined, warnings: string[]): JsonObject {
  // Of entries, for assigning to a key `__proto__` would give the object a second set of keys.
  const result: [string, unknown][] = [];
  for (const [name, content] of Object.entries(value)) {
    const key = allowed?.has(name) ? name : keyOf(name);
    const isOurs = allowed === undefined || allowed.has(key);
    if (key === name || !isOurs) result.push([name, content]);
    else if (Object.hasOwn(value, key)) warnings.push(`${where}${name}: is ignored, because ${key} is there, too`);
    else {
      warnings.push(`${where}${name}: is taken for ${key}`);
      result.push([key, content]);
    }
  }
  return Object.fromEntries(result);
}

const LIST_OF_WEEKDAYS = new RegExp(`^ *(${WEEKDAYS.join('|')})( *[-,] *(${WEEKDAYS.join('|')}))+ *$`, 'i');

/** A list of weekdays in `schedule_day`, as in an example of the older documentation, is meant for `schedule_day_of_week`. One alone may be a slip. */
export function weekdaysMoved(schedule: JsonObject, where: string, warnings: string[]): JsonObject {
  const { schedule_day: day, ...rest } = schedule;
  if (typeof day !== 'string' || !LIST_OF_WEEKDAYS.test(day) || (rest['schedule_day_of_week'] ?? '') !== '') return schedule;
  warnings.push(`${where}schedule_day: '${day.trim()}' are weekdays; taken for schedule_day_of_week`);
  return { ...rest, schedule_day_of_week: day.toLowerCase().replaceAll(' ', '') };
}
