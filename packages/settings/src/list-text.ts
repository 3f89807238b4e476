/** Takes `['x', 'y']`, as Python writes a list, apart; undefined when the text is no such list. */
function readPythonList(text: string): string[] | undefined {
  const inside = /^\[\s*(['"].*['"])\s*\]$/s.exec(text)?.[1];
  if (inside === undefined) return undefined;
  const items = /(['"])((?:\\.|(?!\1)[^\\])*)\1\s*(,\s*|$)/gsy;
  const values: string[] = [];
  while (items.lastIndex < inside.length) {
    const match = items.exec(inside);
    if (!match) return undefined;
    values.push((match[2] ?? '').replaceAll(/\\(.)/gs, '$1'));
  }
  return values;
}

/**
 * The values of an option that may be given several times, from one text of a file: a Python or JSON list (Freezer's scheduler writes
 * them), one value per line, or one value. A comma means itself, as in Freezer, unless `commas` part values, as in oslo.config.
 */
export function readListText(text: string, { commas = false }: { readonly commas?: boolean | undefined } = {}): readonly string[] {
  const trimmed = text.trim();
  const values = readPythonList(trimmed) ?? trimmed.split(commas ? /[\n,]/ : '\n').map((line) => line.trim());
  return values.filter((value) => value !== '');
}
