import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchivedEntry, Engine, EngineRead, EngineRestore, EngineRestoreRequest, EntryType, HeldEntry, RestoreProblem, Stage } from '@freezer/core';

const TYPES: Readonly<Record<string, EntryType>> = { '-': 'file', d: 'directory', l: 'symlink', h: 'link' };
const LINE = /^([-dlh])\S{9}\S? +\d+\/\d+ +(\d+) \S+ \S+ (.*?)(?: (?:->|link to) (.*))?$/;

const plain = (name: string): string => name.replace(/^\.\//, '').replace(/\/$/, '') || '.';

/** GNU tar for names without blanks and line ends: enough to try a restore with. */
export const PLAIN_TAR: Engine = {
  name: 'tar',
  capabilities: { incremental: true, readable: true },
  backup: () => Promise.reject(new TypeError('the tests make their archives themselves')),
  restore: async (request) => restoreBy(request),
  read: async ({ workDir }) => readBy(join(workDir, 'listing')),
};

function restoreBy({ target, placement }: EngineRestoreRequest): EngineRestore {
  const problems: RestoreProblem[] = [];
  const stage: Stage = {
    kind: 'program',
    name: 'tar',
    command: 'tar',
    args: ['--extract', '--file=-', '--preserve-permissions', ...(placement === 'empty' ? ['--incremental'] : [])],
    cwd: target,
    okExits: [0, 2],
    onStderrLine: (line) => {
      const match = /^tar: (?:\.\/)?(.*?): (Cannot .*)$/.exec(line);
      if (match) problems.push({ path: match[1] ?? '', detail: match[2] ?? '' });
    },
  };
  return { stages: [stage], finish: async () => ({ skipped: problems }), abandon: async () => ({ removed: [], written: 0 }) };
}

function readBy(listing: string): EngineRead {
  const args = ['--list', '--file=-', '--incremental', '-vvv', '--full-time', '--numeric-owner', `--index-file=${listing}`];
  return {
    stages: [{ kind: 'program', name: 'tar', command: 'tar', args, env: { TZ: 'UTC0' } }],
    finish: async () => ({ entries: () => readListing(listing) }),
  };
}

async function* readListing(path: string): AsyncGenerator<ArchivedEntry> {
  let folder: string | undefined;
  let names: string[] = [];
  let from = '';
  let aside = '';
  for (const line of (await readFile(path, 'latin1')).split('\n').slice(0, -1)) {
    const held = folder === undefined ? heldOf(line) : undefined;
    if (held) {
      yield held;
      folder = held.type === 'directory' ? held.path : undefined;
      continue;
    }
    const name = line.slice(2);
    if (line === '' && folder !== undefined) {
      yield { kind: 'names', path: folder, names };
      folder = undefined;
      names = [];
    } else if (line.startsWith('X')) aside = `${plain(name)}/\0`;
    else if (line.startsWith('R')) from = name === '' ? aside : plain(name);
    else if (line.startsWith('T')) yield { kind: 'renamed', from: plain(from), to: plain(name === '' ? aside : name) };
    else names.push(name);
  }
}

function heldOf(line: string): HeldEntry | undefined {
  const [, letter = '-', size, name = '', target] = LINE.exec(line) ?? [];
  const type = TYPES[letter] ?? 'file';
  const common = { kind: 'held', path: plain(name), type, size: type === 'file' ? Number(size) : 0, mtimeNs: 0n, mode: 0o644, uid: 0, gid: 0 } as const;
  return target === undefined ? common : { ...common, target: plain(target) };
}
