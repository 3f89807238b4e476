import { collect, FreezerError, once, SILENT, type Source } from '@freezer/core';
import { describeSourceContract } from '@freezer/testing';
import { describe, expect, test } from '@jest/globals';
import type { StandardInput } from './standard-input.ts';
import { type StreamRequest, streamSource } from './stream-source.ts';

const inputOf = (text: string, isTerminal = false): StandardInput & { closed: number } => ({
  isTerminal,
  closed: 0,
  bytes: () => once(Buffer.from(text)),
  close() {
    this.closed += 1;
  },
});

const sourceOf = (settings: Partial<StreamRequest['settings']>, standardInput?: StandardInput): Source | undefined =>
  streamSource({
    settings: { stdin: undefined, stdin_command: undefined, shell: false, ...settings },
    ...(standardInput && { standardInput }),
    environment: { PATH: process.env['PATH'] },
    logger: SILENT,
  });

function mustBe(source: Source | undefined): Source {
  if (source === undefined) throw new Error('no stream');
  return source;
}

const contract = (present: () => Source) =>
  ({
    open: async () => ({ present: present(), absent: { source: present(), named: '' } }),
    waive: { 'what is absent fails with not_found, naming it': 'whether a stream gives anything is known when it is read' },
  }) as const;

describeSourceContract(
  'standard input',
  contract(() => mustBe(sourceOf({ stdin: 'x' }, inputOf('x')))),
);
describeSourceContract(
  'a command',
  contract(() => mustBe(sourceOf({ stdin_command: 'echo x' }))),
);

describe('a stream as a source', () => {
  test('is there only when an option chooses it', () => {
    expect(sourceOf({}, inputOf('x'))).toBeUndefined();
  });

  test.each([
    ['db.sql', { stdin: 'db.sql' }, 'of the pipe'],
    ['db.sql', { stdin: 'db.sql', stdin_command: 'echo of the command' }, 'of the command\n'],
    ['stdin', { stdin_command: 'echo of the command' }, 'of the command\n'],
  ])('is named %s by %j', async (name, settings, text) => {
    const input = inputOf('of the pipe');
    await using lease = await mustBe(sourceOf(settings, input)).open();
    expect(lease).toMatchObject({ kind: 'stream', resource: name, description: name });
    expect((await collect(lease.bytes?.open({}) ?? once(Buffer.alloc(0)), { maxBytes: 100 })).toString()).toBe(text);
    await lease.release();
    expect(input.closed).toBe('stdin_command' in settings ? 0 : 1);
  });

  test.each<[string, Partial<StreamRequest['settings']>, StandardInput | undefined, string]>([
    ['a terminal', { stdin: 'x' }, inputOf('', true), '--stdin: standard input is a terminal'],
    ['nothing', { stdin: 'x' }, undefined, '--stdin: there is no standard input here'],
    ['no name', { stdin: '' }, inputOf('x'), "--stdin: '' is no name of a file"],
    ['a path', { stdin: 'a/b' }, inputOf('x'), "--stdin: 'a/b' is no name of a file"],
    ['a path for a command', { stdin: '..', stdin_command: 'echo' }, undefined, "--stdin: '..' is no name of a file"],
    ['half a command', { stdin_command: 'echo |' }, undefined, '--stdin-command: a program is missing'],
  ])('%s is refused', (_what, settings, input, message) => {
    let failed: unknown;
    try {
      sourceOf(settings, input);
    } catch (error) {
      failed = error;
    }
    expect(FreezerError.is(failed, 'invalid')).toBe(true);
    expect(String(failed)).toContain(message);
  });

  test('a terminal does not hinder a command', () => {
    expect(sourceOf({ stdin: 'x', stdin_command: 'echo x' }, inputOf('', true))?.kind).toBe('stream');
  });
});
