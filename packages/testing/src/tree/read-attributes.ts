import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type BytePath, systemCodeOf } from '@freezer/core';

const run = promisify(execFile);

/** What a byte is that getfattr or getfacl wrote as `\ooo`. */
const unquoted = (text: string): string => text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * Runs a program that answers with blocks (`# file: PATH`, then lines) for a whole tree.
 * Undefined when the program is not installed.
 */
async function readBlocks(program: string, options: readonly string[], root: string): Promise<Map<BytePath, string[]> | undefined> {
  let output: string;
  try {
    const { stdout } = await run(program, [...options, '--', root], {
      encoding: 'latin1',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      maxBuffer: 256 * 1024 * 1024,
    });
    output = stdout;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const base = Buffer.from(root, 'utf8').toString('latin1');
  const found = new Map<BytePath, string[]>();
  for (const block of output.split('\n\n')) {
    const lines = block.split('\n').filter((line) => line !== '');
    const path = unquoted(lines.find((line) => line.startsWith('# file: '))?.slice(8) ?? '');
    const facts = lines.filter((line) => !line.startsWith('# file: ') && !line.startsWith('# owner: ') && !line.startsWith('# group: '));
    if (path !== '') found.set(path === base ? '.' : path.slice(base.length + 1), facts.toSorted());
  }
  return found;
}

/** `name=0xhex` of each path that has extended attributes, ACLs apart. Undefined without `getfattr`. */
export async function readXattrs(root: string): Promise<Map<BytePath, string[]> | undefined> {
  const found = await readBlocks('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '--absolute-names'], root);
  return found && new Map([...found].map(([path, facts]) => [path, facts.filter((fact) => !fact.startsWith('system.posix_acl_'))]));
}

/** The ACL of each path that has one beyond its mode. Undefined without `getfacl`. */
export const readAcls = async (root: string): Promise<Map<BytePath, string[]> | undefined> =>
  await readBlocks('getfacl', ['-R', '-P', '-n', '-p', '--skip-base'], root);
