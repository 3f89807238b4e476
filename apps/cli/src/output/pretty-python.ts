import type { JsonValue } from '@freezer/models';
import { isList, pythonLiteral, sortedEntries } from './python-text.ts';

const WIDTH = 80;

// The characters of a literal, not its units of UTF-16.
const lengthOf = (text: string): number => [...text].length;

/** A structure on lines of 80 characters where that is possible, as Python's `pprint` lays it out. */
export function prettyPython(value: JsonValue | undefined): string {
  const writer = new Writer();
  writer.write(value, 0, 0, 1);
  return writer.text;
}

class Writer {
  text = '';

  /** `indent`: the column where this begins; `reserved`: how many characters follow on its last line. */
  write(value: JsonValue | undefined, indent: number, reserved: number, depth: number): void {
    const flat = pythonLiteral(value);
    const isFlat = lengthOf(flat) <= WIDTH - indent - reserved;
    if (isFlat || value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') this.text += flat;
    else if (typeof value === 'string') this.#writeText(value, flat, indent, reserved, depth);
    else if (isList(value)) this.#writeList(value, indent, reserved, depth);
    else this.#writeObject(sortedEntries(value), indent, reserved, depth);
  }

  #writeList(items: readonly JsonValue[], indent: number, reserved: number, depth: number): void {
    this.text += '[';
    items.forEach((item, index) => {
      if (index > 0) this.text += `,\n${' '.repeat(indent + 1)}`;
      this.write(item, indent + 1, index === items.length - 1 ? reserved + 1 : 1, depth + 1);
    });
    this.text += ']';
  }

  #writeObject(entries: readonly (readonly [string, JsonValue])[], indent: number, reserved: number, depth: number): void {
    this.text += '{';
    entries.forEach(([key, member], index) => {
      if (index > 0) this.text += `,\n${' '.repeat(indent + 1)}`;
      const name = `${pythonLiteral(key)}: `;
      this.text += name;
      this.write(member, indent + 1 + lengthOf(name), index === entries.length - 1 ? reserved + 1 : 1, depth + 1);
    });
    this.text += '}';
  }

  // A long text becomes several literals below each other, broken behind blanks and line ends; in parentheses when it is all there is.
  #writeText(text: string, flat: string, indent: number, reserved: number, depth: number): void {
    const isAlone = depth === 1;
    const column = isAlone ? indent + 1 : indent;
    const pieces = piecesOf(text, WIDTH - column, isAlone ? reserved + 1 : reserved);
    if (pieces.length === 1) this.text += flat;
    else this.text += `${isAlone ? '(' : ''}${pieces.join(`\n${' '.repeat(column)}`)}${isAlone ? ')' : ''}`;
  }
}

function piecesOf(text: string, width: number, reserved: number): string[] {
  const lines = text.match(/[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+$/g) ?? [text];
  return lines.flatMap((line, index) => {
    const last = index === lines.length - 1 ? reserved : 0;
    return lengthOf(pythonLiteral(line)) <= width - last ? [pythonLiteral(line)] : wordsOf(line, width, last);
  });
}

function wordsOf(line: string, width: number, reserved: number): string[] {
  const pieces: string[] = [];
  const words = line.match(/\s+|\S+\s*/g) ?? [];
  let current = '';
  words.forEach((word, index) => {
    const room = index === words.length - 1 ? width - reserved : width;
    if (lengthOf(pythonLiteral(current + word)) <= room) current += word;
    else {
      if (current !== '') pieces.push(pythonLiteral(current));
      current = word;
    }
  });
  if (current !== '') pieces.push(pythonLiteral(current));
  return pieces;
}
