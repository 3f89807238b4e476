import { readIni, SAYS_NOTHING } from '@freezer/settings';

/** What stands in `freezer_action` of a job. */
export type ActionValues = Readonly<Record<string, unknown>>;

/** As Python's agent takes a value: `True`, numbers in decimals, lists joined by commas. Undefined: left out. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.flatMap((one) => textOf(one) ?? []).join(',');
  return JSON.stringify(value);
}

/** Lines behind the first are indented, and what looks like a reference to another key does not become one. */
const escaped = (text: string): string =>
  text
    .replaceAll('%', '%%')
    .replaceAll(/\r\n?|\n/g, '\n\t')
    .replaceAll('\0', '');

/** A key of an INI file ends at `=` or `:`, holds no line end, and does not begin as a comment does. Dashes: the agent of Python would not know it. */
const keyOf = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s=:[\]]+|^[#;]|-/g, '_');

/** A key that is empty would go on with the line before it. */
function entriesOf(action: ActionValues): readonly (readonly [key: string, text: string])[] {
  return Object.entries(action).flatMap(([name, value]) => {
    const [key, text] = [keyOf(name), textOf(value)];
    return key === '' || text === undefined ? [] : [[key, text] as const];
  });
}

/**
 * The job file of an action, as Freezer's scheduler writes it: one section `[action]`, `%` doubled. Ends with an empty line. What is `added` stands
 * in place of what the action says of it, and last, for of two the agent takes the last.
 */
export function actionFile(action: ActionValues, added: ActionValues = {}): string {
  const ours = entriesOf(added);
  const names = new Set(ours.map(([key]) => key));
  const lines = [...entriesOf(action).filter(([key]) => !names.has(key)), ...ours].map(([key, text]) => `${key} = ${escaped(text)}`);
  return `[action]\n${lines.map((line) => `${line}\n`).join('')}\n`;
}

/**
 * What the agent would be told, by the names of its settings: read from the file as the agent reads it, for what it takes for a blank, a comment or
 * the end of a value, no look at the action itself can tell. Throws when the agent could not read it.
 */
export function toldBy(action: ActionValues): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  for (const { key, value } of readIni(actionFile(action), 'action', 'job')) {
    // It says nothing, and takes away what stood before it.
    if (value === '' || SAYS_NOTHING.has(value)) told.delete(key);
    else told.set(key, value);
  }
  return told;
}
