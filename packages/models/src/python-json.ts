/** A value that JSON can hold. `undefined` members are left out. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

const NOT_ASCII = /[\u007f-\uffff]/g;

const quoted = (text: string): string => JSON.stringify(text).replaceAll(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * One line of JSON as Python's `json.dumps` writes it by default: `", "` and `": "` between, ASCII only, keys in the order of the object.
 * No line end. Only the exponent of numbers beyond 1e-6 and 1e21 may look different (`1e-7`, `1e-07`). Fails with a `TypeError` for a number that JSON cannot hold.
 */
export function pythonJson(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`pythonJson: ${value} has no form in JSON`);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(pythonJson).join(', ')}]`;
  const members = Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [`${quoted(key)}: ${pythonJson(member)}`]));
  return `{${members.join(', ')}}`;
}

const isList = (value: object): value is readonly JsonValue[] => Array.isArray(value);
