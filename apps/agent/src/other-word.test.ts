import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_TEXT, otherWord } from '@freezer/agent/documents';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runOtherWord } from './other-word.ts';
import { OTHER_WORD_NAMES } from './other-word-names.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-word-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...argv: string[]): Promise<{ readonly code: number; readonly out: string; readonly complaints: string }> {
  let out = '';
  let complaints = '';
  const code = await runOtherWord({
    argv,
    version: '1.2.3',
    now: () => Date.UTC(2026, 10, 21),
    print: async (text) => {
      out += text;
    },
    complain: (line) => {
      complaints += line;
    },
  });
  return { code, out, complaints };
}

test('the start knows the same words as the rest', () => {
  for (const name of OTHER_WORD_NAMES) expect(otherWord(AGENT_TEXT, name)?.name).toBe(name);
  expect(OTHER_WORD_NAMES.size).toBe(4);
});

describe('documents', () => {
  test('each begins as it should', async () => {
    expect((await run('config-sample')).out).toMatch(/^# Settings of freezer-agent/);
    expect((await run('man')).out).toMatch(/^\.TH FREEZER\\-AGENT 1 2026-11-21 "freezer\\-agent 1\.2\.3" /);
    expect((await run('completion', 'bash')).out).toMatch(/complete -F _freezer_agent freezer-agent\n$/);
    expect((await run('completion', 'zsh')).out).toMatch(/^#compdef freezer-agent\n/);
    expect((await run('completion', 'fish')).out).toMatch(/^complete -c freezer-agent -f$/m);
  });

  test.each([...OTHER_WORD_NAMES])('%s --help', async (name) => {
    expect(await run(name, '--help')).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^Usage: freezer-agent ${name}`)) });
  });
});

describe('make-pass-file', () => {
  test('makes a file that only its owner reads, and none twice', async () => {
    const path = join(folder, 'pass');
    expect(await run('make-pass-file', path)).toMatchObject({ code: 0, complaints: '' });
    const before = readFileSync(path, 'utf8');
    expect(Buffer.from(before, 'base64')).toHaveLength(32);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await run('make-pass-file', path)).toEqual({
      code: 2,
      out: '',
      complaints: `Critical Error: make-pass-file '${path}': exists already, and is left as it is\n`,
    });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('a place that cannot be written is a failure', async () => {
    expect(await run('make-pass-file', join(folder, 'no/pass'))).toMatchObject({ code: 1, complaints: expect.stringContaining('there is no such directory') });
  });
});

test.each([
  [['completion'], 'completion needs SHELL: bash, zsh, fish; usage: freezer-agent completion SHELL'],
  [['completion', 'bahs'], "completion: 'bahs' is unknown; allowed: bash, zsh, fish (did you mean bash?)"],
  [['completion', 'bash', 'zsh'], "unexpected word 'zsh' after completion; usage: freezer-agent completion SHELL"],
  [['make-pass-file'], 'make-pass-file needs FILE; usage: freezer-agent make-pass-file FILE'],
  [['man', 'x'], "unexpected word 'x' after man; usage: freezer-agent man"],
  [['config-sample', '--json'], 'config-sample takes no option --json; usage: freezer-agent config-sample'],
])('%j is wrong usage', async (argv, message) => {
  expect(await run(...argv)).toEqual({ code: 2, out: '', complaints: `Critical Error: ${message}\n` });
});
