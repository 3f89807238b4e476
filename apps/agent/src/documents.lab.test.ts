import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_TEXT, documentText } from '@freezer/agent/documents';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-documents-'));
  mkdirSync(join(folder, 'a folder'));
  writeFileSync(join(folder, 'a file'), '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function written(...words: string[]): string {
  const path = join(folder, `script.${words.at(-1)}`);
  writeFileSync(path, documentText(AGENT_TEXT, { words, version: '1.2.3', date: '2026-11-21' }) ?? '');
  return path;
}

type Complete = (...words: string[]) => string[];

/** What bash offers for the last of these words, by its own completion function; `=` parts words there. */
const bash: Complete = (...words) => {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _freezer_agent; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['--norc', '-c', script, 'bash', written('completion', 'bash'), ...words], { cwd: folder, encoding: 'utf8' });
  return out.split('\n').filter((line) => line !== '');
};

const fish: Complete = (...words) => {
  const line = words.map((word) => word.replaceAll(' ', '\\ ')).join(' ');
  const script = 'source $argv[1]; complete -C $argv[2]';
  const out = execFileSync('fish', ['--no-config', '-c', script, written('completion', 'fish'), line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
  });
  return out.split('\n').flatMap((row) => (row === '' ? [] : [row.split('\t')[0] ?? '']));
};

/** Drives zsh on a terminal: its completion does not run without one. */
const TERMINAL = String.raw`
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM='dumb', LC_ALL='C.UTF-8')
    os.chdir(sys.argv[3])
    os.execv('/usr/bin/zsh', ['zsh', '-f', '-i'])
def read(until):
    got, end = b'', time.time() + 20
    while time.time() < end and until not in got:
        if select.select([fd], [], [], 0.2)[0]: got += os.read(fd, 65536)
    return got
os.write(fd, ("PS1=; stty columns 200; autoload -Uz compinit; compinit -u -D; source '%s'; echo rea''dy\n" % sys.argv[1]).encode())
read(b'ready')
os.write(fd, b"bindkey '^X^M' mark; mark() { print -r -- \"<$BUFFER>mark\" }; zle -N mark; echo ag''ain\n")
read(b'again')
os.write(fd, sys.argv[2].encode() + b'\t\x18\x0d')
sys.stdout.buffer.write(read(b'>mark'))
os.kill(pid, 9)
`;

const zsh = (line: string): string => execFileSync('/usr/bin/python3', ['-c', TERMINAL, written('completion', 'zsh'), line, folder], { encoding: 'utf8' });

describe('bash', () => {
  test('completes actions, options of the action, values and files', () => {
    expect(bash('freezer-agent', 're')).toEqual(['restore']);
    expect(bash('freezer-agent', '')).toEqual(expect.arrayContaining(['backup', 'restore', 'config-sample', 'make-pass-file']));
    expect(bash('freezer-agent', 'restore', '--restore-a')).toEqual(['--restore-abs-path']);
    expect(bash('freezer-agent', 'backup', '--restore-a')).toEqual([]);
    expect(bash('freezer-agent', 'backup', '--comp')).toEqual(['--compression']);
    expect(bash('freezer-agent', 'backup', '--compression', '')).toEqual(['gzip', 'bzip2', 'xz', 'zstd', 'none']);
    expect(bash('freezer-agent', 'backup', '--compression', '=')).toHaveLength(5);
    expect(bash('freezer-agent', 'backup', '--compression', '=', 'x')).toEqual(['xz']);
    expect(bash('freezer-agent', 'backup', '--nosy')).toEqual(['--nosync']);
    expect(bash('freezer-agent', 'backup', '-F', 'a')).toEqual(expect.arrayContaining(['a folder', 'a file']));
    expect(bash('freezer-agent', 'backup', '--config-dir', 'a')).toEqual(['a folder']);
    expect(bash('freezer-agent', 'backup', '-N', '')).toEqual([]);
    expect(bash('freezer-agent', 'completion', 'z')).toEqual(['zsh']);
    expect(bash('freezer-agent', 'make-pass-file', 'a')).toEqual(expect.arrayContaining(['a file']));
  });
});

describe('fish', () => {
  test('completes actions, options of the action, values and files', () => {
    expect(fish('freezer-agent', 're')).toEqual(['restore']);
    expect(fish('freezer-agent', 'restore', '--restore-a')).toEqual(['--restore-abs-path']);
    expect(fish('freezer-agent', 'backup', '--restore-a')).toEqual([]);
    expect(fish('freezer-agent', 'backup', '--compression', 'x')).toEqual(['xz']);
    expect(fish('freezer-agent', 'backup', '--compression=z')).toEqual(['--compression=zstd']);
    expect(fish('freezer-agent', 'backup', '-F', 'a').join()).toContain('folder');
    expect(fish('freezer-agent', 'completion', '').toSorted()).toEqual(['bash', 'fish', 'zsh']);
  });
});

describe('zsh', () => {
  test.each([
    ['freezer-agent rest', '<freezer-agent restore >mark'],
    ['freezer-agent backup --compression=x', '<freezer-agent backup --compression=xz >mark'],
    ['freezer-agent backup --max-s', '<freezer-agent backup --max-segment-size=>mark'],
    ['freezer-agent backup --config-dir ', '<freezer-agent backup --config-dir a\\ folder/>mark'],
    ['freezer-agent completion z', '<freezer-agent completion zsh >mark'],
  ])('%s', (line, expected) => {
    expect(zsh(line)).toContain(expected);
  });

  test('lists actions with their meaning', () => {
    expect(zsh('freezer-agent ')).toMatch(/backup +-- saves a directory, a file or a stream/);
  });
});

test('the manual page is right in the eyes of mandoc and groff, and holds every group', () => {
  const page = written('man');
  expect(spawnSync('mandoc', ['-Tlint', page], { encoding: 'utf8' }).stdout).toBe('');
  const shown = spawnSync('groff', ['-ww', '-man', '-Tutf8', '-P-c', page], { encoding: 'utf8' });
  expect(shown.stderr).toBe('');
  expect(shown.stdout.replaceAll(/.\u0008/g, '')).toMatch(/-F, --path-to-backup PATH\n\s+the directory or the file to save/);
});
