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

/** A key of an INI file ends at `=` or `:`, holds no line end, and does not begin as a comment does. */
const keyOf = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s=:[\]]+|^[#;]/g, '_');

/** Keys and values as the agent will read them: also what may run here is judged by these. A key that is empty would go on with the line before it. */
export function actionEntries(action: ActionValues): readonly (readonly [key: string, text: string])[] {
  return Object.entries(action).flatMap(([name, value]) => {
    const [key, text] = [keyOf(name), textOf(value)];
    return key === '' || text === undefined ? [] : [[key, text] as const];
  });
}

/** The job file of an action, as Freezer's scheduler writes it: one section `[action]`, `%` doubled. Ends with an empty line. */
export function actionFile(action: ActionValues, added: ActionValues = {}): string {
  const lines = actionEntries({ ...action, ...added }).map(([key, text]) => `${key} = ${escaped(text)}`);
  return `[action]\n${lines.map((line) => `${line}\n`).join('')}\n`;
}
