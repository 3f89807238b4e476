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

/** A key of an INI file ends at `=` or `:` and holds no line end. */
const keyOf = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s=:[\]]+/g, '_');

/** The job file of an action, as Freezer's scheduler writes it: one section `[action]`, `%` doubled. Ends with an empty line. */
export function actionFile(action: ActionValues, added: ActionValues = {}): string {
  const lines = Object.entries({ ...action, ...added }).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [`${keyOf(name)} = ${escaped(text)}`];
  });
  return `[action]\n${lines.map((line) => `${line}\n`).join('')}\n`;
}
