import type { ProgramStage } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { failureOf } from './failure.ts';
import type { ChainExit } from './program.ts';

const stage = (name: string, okExits?: readonly number[]): ProgramStage => ({
  kind: 'program',
  name,
  command: name,
  args: [],
  ...(okExits === undefined ? {} : { okExits }),
});
const exit = (name: string, ending: Partial<ChainExit> = {}): ChainExit => ({
  name,
  code: 0,
  signal: null,
  stderr: '',
  lastLine: '',
  brokenPipe: false,
  stopped: false,
  late: false,
  ...ending,
});
const dead = (name: string, signal: string): ChainExit => exit(name, { code: null, signal, brokenPipe: signal === 'SIGPIPE' });

describe('failureOf', () => {
  const [tar, gzip] = [stage('tar'), stage('gzip')];

  test('nothing failed', () => {
    expect(failureOf([exit('tar'), exit('gzip')], [tar, gzip], 'end')).toBeUndefined();
    expect(failureOf([exit('tar', { code: 1 })], [stage('tar', [0, 1])], 'end')).toBeUndefined();
  });

  test('a broken pipe is a consequence, by signal or by word', () => {
    expect(failureOf([dead('tar', 'SIGPIPE'), dead('gzip', 'SIGKILL')], [tar, gzip], 'end')?.message).toBe('gzip was killed by SIGKILL');
    expect(
      failureOf([exit('tar', { code: 2, brokenPipe: true }), exit('gzip', { code: 1, lastLine: 'gzip: stdout: No space left on device' })], [tar, gzip], 'end')
        ?.message,
    ).toBe('gzip ended with 1: stdout: No space left on device');
  });

  test('of two causes the one nearest the storage is told', () => {
    const exits = [exit('tar', { code: 2 }), exit('gzip', { code: 1 })];
    expect(failureOf(exits, [tar, gzip], 'end')?.message).toBe('gzip ended with 1');
    expect(failureOf(exits, [tar, gzip], 'start')?.message).toBe('tar ended with 2');
  });

  test('whom we stopped is blamed only when there is nobody else', () => {
    const stopped = exit('gzip', { code: null, signal: 'SIGTERM', stopped: true });
    expect(failureOf([exit('tar', { code: 2 }), stopped], [tar, gzip], 'end')?.message).toBe('tar ended with 2');
    expect(failureOf([exit('tar'), stopped], [tar, gzip], 'end')?.message).toBe('gzip was killed by SIGTERM');
  });

  test('whose input we cut off after a failure did not cause it', () => {
    const exits = [exit('bzip2', { code: 2, late: true }), dead('tar', 'SIGKILL')];
    expect(failureOf(exits, [stage('bzip2'), tar], 'start')?.message).toBe('tar was killed by SIGKILL');
    expect(failureOf([exit('bzip2', { code: 2, late: true }), exit('tar')], [stage('bzip2'), tar], 'start')?.message).toBe('bzip2 ended with 2');
  });

  test('the message is one printable line', () => {
    const message = failureOf([exit('tar', { code: 2, lastLine: `tar: a\u001b[31m\u0007${'x'.repeat(1000)}` })], [tar], 'end')?.message ?? '';
    expect(message).not.toMatch(/[\u0000-\u001f]/);
    expect(message.length).toBeLessThan(350);
  });
});
