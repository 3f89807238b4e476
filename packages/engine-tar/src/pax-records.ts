import { FreezerError } from '@freezer/core';

/** A key with its value, each char one byte. */
export interface PaxRecord {
  readonly key: string;
  readonly value: string;
}

/** The records of a pax header. Fails with `corrupt`. */
export function readPaxRecords(text: string): readonly PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = 0; at < text.length; ) {
    const blank = text.indexOf(' ', at);
    const length = Number(text.slice(at, blank));
    const end = at + length;
    const equals = text.indexOf('=', blank);
    if (blank < 0 || !(length > 0) || end > text.length || equals < 0 || equals >= end || text.charAt(end - 1) !== '\n')
      throw new FreezerError('corrupt', 'tar: a pax header of the archive cannot be read');
    records.push({ key: text.slice(blank + 1, equals), value: text.slice(equals + 1, end - 1) });
    at = end;
  }
  return records;
}

function formatRecord({ key, value }: PaxRecord): string {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  // The number counts its own digits.
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

const BLOCK_BYTES = 512;

/** A pax header with these records, for the member that follows it: header block and body. */
export function formatPaxHeader(records: readonly PaxRecord[]): readonly Buffer[] {
  const text = records.map(formatRecord).join('');
  const body = Buffer.alloc(Math.ceil(text.length / BLOCK_BYTES) * BLOCK_BYTES);
  body.write(text, 'latin1');
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write('./PaxHeaders/selected', 'latin1');
  for (const [at, digits, value] of FIELDS) header.write(value.padStart(digits, '0'), at, 'latin1');
  header.write(text.length.toString(8).padStart(11, '0'), 124, 'latin1');
  header.write('x', 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return [header, body];
}

/** Place, digits and value of mode, owner, group and time. */
const FIELDS: readonly (readonly [number, number, string])[] = [
  [100, 7, '644'],
  [108, 7, '0'],
  [116, 7, '0'],
  [136, 11, '0'],
];
