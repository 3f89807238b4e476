import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HOST, Lab, NAME } from './harness/lab.ts';
import { ourBackup } from './harness/our-agent.ts';
import { type Ended, mustRun, runProgram } from './harness/run-program.ts';

// A reader in another language, which was written from tools/handbook/format.md alone. It needs Debian's python3-cryptography, which python3-freezer brings.
const READER = fileURLToPath(new URL('../../../tools/handbook/reader.py', import.meta.url));
const PYTHON = '/usr/bin/python3';

jest.setTimeout(60_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

const readerArguments = (passFile?: string): string[] => [READER, lab.store, 'tar', `${HOST}_${NAME}`, ...(passFile === undefined ? [] : [passFile])];
const read = (passFile?: string): Promise<Ended> => runProgram(PYTHON, readerArguments(passFile), { cwd: lab.root });

interface ReadSet {
  /** `<level> <how its manifest is vouched for>`. */
  readonly levels: readonly string[];
  /** Path, each char one byte, and `<level> <type> <size>`. */
  readonly entries: Readonly<Record<string, string>>;
}

async function mustRead(passFile?: string): Promise<ReadSet> {
  const levels: string[] = [];
  const entries: Record<string, string> = {};
  for (const text of (await mustRun(PYTHON, readerArguments(passFile), { cwd: lab.root })).trim().split('\n')) {
    const { path, level, type, size, vouching }: Readonly<Record<string, string | number>> = JSON.parse(text);
    if (path === undefined) levels.push(`${level} ${vouching}`);
    else entries[path] = `${level} ${type} ${size}`;
  }
  return { levels, entries };
}

/** A full with a name that is no UTF-8, then an increment with a new, a changed and a deleted file. */
async function twoLevels(options: readonly string[]): Promise<void> {
  const path = (name: string): string => join(lab.source, name);
  await writeFile(path('kept'), 'kept');
  await writeFile(path('changed'), 'one');
  await writeFile(path('deleted'), 'x');
  await writeFile(Buffer.concat([Buffer.from(`${lab.source}/b`), Buffer.from([0xe4]), Buffer.from('r')]), '');
  await ourBackup(lab, options);
  await writeFile(path('changed'), 'another');
  await writeFile(path('new "name"'), '');
  await mustRun('rm', [path('deleted')]);
  await ourBackup(lab, options);
}

const POINT = { '.': '1 d 0', changed: '1 f 7', kept: '0 f 4', 'new "name"': '1 f 0', 'b\u00e4r': '0 f 0' };

describe('a stranger who has nothing but the page on the format', () => {
  it.each<[string, boolean, readonly string[]]>([
    ['that is not encrypted', false, ['--compression', 'bzip2']],
    ['encrypted as OpenSSL does', true, []],
    ['with hidden names', true, ['--hide-names', '--compression', 'xz']],
    ['encrypted with GCM', true, ['--encryption', 'aes-256-gcm']],
  ])('checks and lists a set %s', async (_what, encrypted, options) => {
    const passFile = encrypted ? lab.passFile : undefined;
    await twoLevels([...options, ...(passFile === undefined ? [] : ['--encrypt-pass-file', passFile])]);
    const { levels, entries } = await mustRead(passFile);
    expect(levels).toEqual([0, 1].map((level) => `${level} ${encrypted ? 'hmac-sha256' : 'sha256'}`));
    expect(entries).toEqual(POINT);
  });

  it('reads data of more than one piece and chunk', async () => {
    await writeFile(join(lab.source, 'large'), Buffer.alloc(9_000_001, 7));
    await ourBackup(lab, ['--compression', 'none', '--encryption', 'aes-256-gcm', '--encrypt-pass-file', lab.passFile]);
    expect((await mustRead(lab.passFile)).entries).toEqual({ '.': '0 d 0', large: '0 f 9000001' });
  });

  it('notices a byte that was altered in any object, and a wrong pass file', async () => {
    await twoLevels(['--encrypt-pass-file', lab.passFile]);
    const wrong = await read(await lab.otherPassFile('wrong\n'));
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('is not authentic') });
    const level = (await lab.levels())[0];
    if (level === undefined) throw new TypeError('a level was expected');
    for (const name of ['data', 'pieces', 'engine_metadata', 'index', 'manifest']) {
      const file = join(lab.store, 'data', 'tar', `${HOST}_${NAME}`, String(level.t0), `${level.level}_${level.t}`, name);
      const bytes = await readFile(file);
      const altered = Buffer.from(bytes);
      altered[9] = (altered[9] ?? 0) ^ 1;
      await writeFile(file, altered);
      expect({ name, ended: await read(lab.passFile) }).toMatchObject({ name, ended: { code: 1 } });
      await writeFile(file, bytes);
    }
    expect((await read(lab.passFile)).code).toBe(0);
  });
});
