import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readDumpList } from './dump-list.ts';
import { parseIndexLine } from './index-line.ts';
import { readQuotedName } from './quoted-name.ts';
import { formatRecord, openSnapshot, type SnapshotRecord, writeSnapshot } from './snapshot-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-formats-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const LETTERS: Readonly<Record<number, string>> = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 34: '"', 92: '\\' };
/** What tar does under LC_ALL=C. */
const quote = (name: string): string =>
  `"${[...name]
    .map((char) => {
      const code = char.charCodeAt(0);
      const letter = LETTERS[code];
      if (letter !== undefined) return `\\${letter}`;
      return code < 32 || code > 126 ? `\\${code.toString(8).padStart(3, '0')}` : char;
    })
    .join('')}"`;

const byte = (min: number): fc.Arbitrary<string> => fc.integer({ min, max: 255 }).map((code) => String.fromCharCode(code));
const name = fc
  .array(
    byte(1).filter((char) => char !== '/'),
    { minLength: 1, maxLength: 20 },
  )
  .map((chars) => chars.join(''))
  .filter((text) => text !== '.' && text !== '..');
const number = fc.maxSafeNat().map(String);
const record: fc.Arbitrary<SnapshotRecord> = fc.record({
  nfs: fc.constantFrom('0', '1'),
  mtimeSeconds: fc.integer().map(String),
  mtimeNanoseconds: number,
  device: number,
  inode: number,
  name: fc.array(name, { maxLength: 3 }).map((parts) => ['.', ...parts].join('/')),
  list: fc.array(fc.tuple(fc.constantFrom('Y', 'N', 'D'), name)).map((entries) => entries.map(([letter, text]) => `${letter}${text}\0`).join('')),
});

describe('quoting', () => {
  it('is undone for every name', () => {
    fc.assert(
      fc.property(
        fc.array(byte(0)).map((chars) => chars.join('')),
        fc.string({ unit: 'binary-ascii' }),
        (text, rest) => {
          const quoted = quote(text);
          expect(readQuotedName(`x${quoted}${rest}`, 1)).toEqual({ value: text, end: quoted.length + 1 });
        },
      ),
    );
  });

  it('of a link and its target is never confused', () => {
    fc.assert(
      fc.property(name, name, (link, target) => {
        const line = `lrwxrwxrwx 0/0 0 2026-11-21 15:35:26 ${quote(`./${link}`)} -> ${quote(target)}`;
        expect(parseIndexLine(line)?.entry).toMatchObject({ path: link, target });
      }),
    );
  });
});

describe('a snapshot file', () => {
  it('that is read and written again is the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record), number, number, async (records, seconds, nanoseconds) => {
        const text = `GNU tar-1.34-2\n${seconds}\0${nanoseconds}\0${records.map(formatRecord).join('')}`;
        const from = join(folder, 'from');
        const to = join(folder, 'to');
        await writeFile(from, Buffer.from(text, 'latin1'));
        const snapshot = await openSnapshot(from);
        if (snapshot === undefined) throw new TypeError('a snapshot was expected');
        await writeSnapshot(to, snapshot.header, snapshot.records());
        expect((await readFile(to)).equals(await readFile(from))).toBe(true);
      }),
    );
  });

  it('that is cut off anywhere within its records is corrupt', async () => {
    await fc.assert(
      fc.asyncProperty(record, fc.nat(), async (one, cut) => {
        const header = 'GNU tar-1.34-2\n1\x002\x00';
        const text = formatRecord(one);
        const path = join(folder, 'cut');
        await writeFile(path, Buffer.from(header + text.slice(0, 1 + (cut % (text.length - 1))), 'latin1'));
        const read = async (): Promise<void> => {
          for await (const _record of (await openSnapshot(path))?.records() ?? []);
        };
        await expect(read()).rejects.toMatchObject({ code: 'corrupt' });
      }),
    );
  });
});

describe('a dump list as tar prints it', () => {
  it('gives every name, and only those when none has a line end', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        const printed = names.map((text) => `Y ${text}\n`).join('');
        const bytes = names.reduce((sum, text) => sum + text.length + 2, 1);
        const [list] = readDumpList('d', printed.split('\n').slice(0, -1), bytes);
        if (list?.kind !== 'names') throw new TypeError('names were expected');
        for (const text of names) expect(list.names).toContain(text);
        if (!names.some((text) => text.includes('\n'))) expect(list.names).toEqual(names);
      }),
    );
  });
});
