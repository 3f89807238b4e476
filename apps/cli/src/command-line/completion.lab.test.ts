import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { COMMANDS } from './command-table.ts';
import { completionScript } from './completion.ts';

// The shells themselves complete.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-completion-'));
  for (const shell of ['bash', 'zsh', 'fish'] as const) writeFileSync(join(folder, shell), completionScript(shell, 'freezer', COMMANDS));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (shell: string, ...words: string[]): string =>
  execFileSync(shell, words, { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HOME: folder }, stdio: 'pipe' });

test.each(['bash', 'zsh', 'fish'])('%s takes its script', (shell) => {
  expect(run(shell, '-n', join(folder, shell))).toBe('');
});

const fish = (line: string): string[] =>
  run('fish', '-c', `source ${join(folder, 'fish')}; complete -C '${line}'`)
    .trim()
    .split('\n')
    .map((each) => each.split('\t')[0] ?? '');

test('fish: commands, options of the command alone, words of an option', () => {
  expect(fish('freezer session-a')).toEqual(['session-add-job']);
  expect(fish('freezer job-create --restore-f').toSorted()).toEqual(['--restore-from-date', '--restore-from-host']);
  expect(fish('freezer job-list --restore-f')).toEqual(['']);
  expect(fish('freezer job-list -f ').toSorted()).toEqual(['csv', 'json', 'table', 'value', 'yaml']);
  expect(fish('freezer completion ').toSorted()).toEqual(expect.arrayContaining(['bash', 'fish', 'zsh']));
});

/** Drives zsh on a terminal: its completion does not run without one. */
const TERMINAL = String.raw`
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM='dumb', LC_ALL='C.UTF-8')
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

test.each([
  ['freezer session-a', '<freezer session-add-job >mark'],
  ['freezer job-create --restore-a', '<freezer job-create --restore-abs-path=>mark'],
  ['freezer job-list --format=y', '<freezer job-list --format=yaml >mark'],
  ['freezer completion z', '<freezer completion zsh >mark'],
  ['freezer --os-clo', '<freezer --os-cloud=>mark'],
])('zsh: %s', (line, expected) => {
  expect(run('/usr/bin/python3', '-c', TERMINAL, join(folder, 'zsh'), line)).toContain(expected);
});
