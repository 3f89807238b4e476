import { keyOf, type OptionTable, type ResolvedTable } from '@freezer/settings';

const IDLE = /^(?:not used|changes nothing)(?:: (.*))?$/s;

/** What was configured for Python's service and has no effect here, a line each. Its default, as a sample has it, is no reason to speak. */
export function idleKeys(table: OptionTable, { settings, places }: Pick<ResolvedTable<object>, 'settings' | 'places'>): readonly string[] {
  return table.options.flatMap((option) => {
    const [found, reason] = IDLE.exec(option.help) ?? [];
    const place = places.get(keyOf(option));
    const value: unknown = Reflect.get(settings, keyOf(option));
    if (found === undefined || place === undefined || value === option.default || value === '') return [];
    return [`${place} has no effect${reason === undefined ? '' : `: ${reason}`}`];
  });
}
