/** A value in the arguments of a Python call, as far as logging configurations have them. A name stands for itself, `sys.stderr`. */
export type PythonValue = string | number | boolean | undefined | { readonly name: string };

const PAIR: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Splits at commas that stand in no string and no bracket. */
function items(text: string): string[] {
  const found: string[] = [];
  const open: string[] = [];
  let quote = '';
  let item = '';
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    if (quote !== '' && char === '\\') item += char + (text[++index] ?? '');
    else if (char === ',' && quote === '' && open.length === 0) {
      found.push(item);
      item = '';
    } else {
      if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (char === quote) quote = '';
      else if (quote === '' && PAIR[char]) open.push(PAIR[char]);
      else if (quote === '' && char === open.at(-1)) open.pop();
      item += char;
    }
  }
  return [...found, item].map((one) => one.trim()).filter((one) => one !== '');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function literalOf(text: string): PythonValue {
  const quoted = /^([ruRU]?)(['"])(.*)\2$/s.exec(text);
  if (quoted) {
    const [, flag = '', , inside = ''] = quoted;
    return flag.toLowerCase() === 'r' ? inside : inside.replaceAll(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);
  }
  if (/^[\d_]+(\s*\*\s*[\d_]+)*$/.test(text)) return text.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '').trim()), 1);
  if (text === 'None') return undefined;
  return text === 'True' || text === 'False' ? text === 'True' : { name: text };
}

const inside = (text: string): string => /^[([{](.*)[)\]}]$/s.exec(text.trim())?.[1] ?? '';

/** The values of a tuple, `('/var/log/x', 'a', 10*1024)`. What is no literal comes back as a name; nothing is ever run. */
export const readPythonTuple = (text: string): readonly PythonValue[] => items(inside(text)).map(literalOf);

/** The values of a dict with texts as keys, `{'maxBytes': 1024}`. */
export function readPythonDict(text: string): ReadonlyMap<string, PythonValue> {
  const pairs = items(inside(text)).map((item) => /^(['"])(.*?)\1\s*:\s*(.*)$/s.exec(item));
  return new Map(pairs.flatMap((pair) => (pair ? [[pair[2] ?? '', literalOf(pair[3] ?? '')] as const] : [])));
}
