import { type JsonValue, pythonJson } from '@freezer/models';

/** JSON as Python writes it: in ASCII, on lines that are indented by two, or on one line. Ends with a line end. */
export function jsonText(value: JsonValue, isIndented: boolean): string {
  if (!isIndented) return `${pythonJson(value)}\n`;
  const text = JSON.stringify(value, undefined, 2);
  return `${text.replaceAll(/[\u007f-\uffff]/g, (unit) => (unit === '\u007f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`))}\n`;
}
