/** A JSON value as Python writes it: clients compare such texts. Long ones are cut. */
export function pythonRepr(value: unknown): string {
  const text = reprOf(value, 0);
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

function reprOf(value: unknown, depth: number): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return stringRepr(value);
  if (depth > 4) return '...';
  if (Array.isArray(value)) return `[${value.map((each) => reprOf(each, depth + 1)).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, each]) => `${stringRepr(key)}: ${reprOf(each, depth + 1)}`)
      .join(', ')}}`;
  }
  return typeof value === 'number' ? String(value) : '';
}

/** Single quotes, unless there are only single ones inside. */
export function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .slice(0, 1000)
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(/[\u0000-\u001f\u007f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `${quote}${escaped}${quote}`;
}
