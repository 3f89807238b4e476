import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ours } from './harness/our-agent.ts';
import { mustRun } from './harness/run-program.ts';
import { treeLines, withoutOwners } from './harness/tree-lines.ts';

// Sets that Debian's python3-freezer made: `st/` is the container, `expect/levelN.txt` the source after level N.
const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
const SETS = ['tar-gzip-3levels', 'tar-gzip-always-level-1', 'tar-gzip-encrypted-2levels'];

jest.setTimeout(120_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

async function unpack(name: string): Promise<readonly string[]> {
  await mustRun('tar', ['-xzf', join(FIXTURES, `${name}.tar.gz`), '-C', lab.root]);
  return ['--storage', 'local', '-C', join(lab.root, 'st'), '--hostname', 'fixhost', '-N', 'fix', '--encrypt-pass-file', join(FIXTURES, 'encrypted.passfile')];
}

async function json(action: string, options: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { code, stdout, stderr } = await ours(lab, action, ['--json', ...options]);
  if (code !== 0) throw new Error(`${action} ended with ${code}:\n${stdout}${stderr}`);
  const text = Buffer.from(stdout, 'latin1').toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ ...(JSON.parse(line) as object) }));
}

/** What the source was at the end, a line per entry, without the columns that depend on who restores. */
async function expected(): Promise<readonly string[]> {
  const files = (await readdir(join(lab.root, 'expect'))).filter((name) => /^level\d+\.txt$/.test(name)).toSorted();
  const text = await readFile(join(lab.root, 'expect', files.at(-1) ?? ''), 'latin1');
  return plain(text.split('\n').filter((line) => line !== ''));
}

const plain = (lines: readonly string[]): readonly string[] => withoutOwners(lines).map((line) => line.replace(/ hardlink=.*/s, ''));
/** Names in this tree that hold no line end have no blank before column eight of their line. */
const pathOf = (line: string): string => line.split(' ').slice(7).join(' ');

describe.each(SETS)('the set %s of Python, which has no index', (name) => {
  it('is listed, searched, and restored in part, also what lies below renamed directories', async () => {
    const where = await unpack(name);
    const lines = await expected();
    const shown = await json('show', where);
    const paths = shown.map((entry) =>
      typeof entry['path_base64'] === 'string'
        ? Buffer.from(entry['path_base64'], 'base64').toString('latin1')
        : Buffer.from(String(entry['path'])).toString('latin1'),
    );
    expect(paths.filter((path) => path !== '.' && !path.includes('\n')).toSorted()).toEqual(
      lines
        .map(pathOf)
        .filter((path) => path !== '')
        .toSorted(),
    );
    const target = lab.target();
    const wanted = lines.filter((line, at) => at % 2 === 0 && !/^d/.test(line) && /^[\w./ -]+$/.test(pathOf(line)));
    expect(wanted.length).toBeGreaterThan(1);
    const ended = await ours(lab, 'restore', [...where, '--restore-abs-path', target, ...wanted.flatMap((line) => ['--path', pathOf(line)])]);
    expect([0, 3]).toContain(ended.code);
    const restored = new Set(plain(await treeLines(target)));
    for (const line of wanted) expect(restored).toContain(line);
    const found = new Set((await json('find', [...where, '*'])).map((one) => one['path']));
    for (const path of paths) expect(found).toContain(Buffer.from(path, 'latin1').toString());
  });
});
