import { describe, expect, it } from '@jest/globals';
import { RestoreProblems } from './restore-problems.ts';
import { goesOn, readCreateMessage, readExtractMessage } from './tar-messages.ts';

describe('what tar says while it saves', () => {
  it.each([
    ['"./sock": socket ignored', 'socket', 'sock'],
    ['"./m": directory is on a different filesystem; not dumped', 'mount', 'm'],
    ['"./a": file changed as we read it', 'changed', 'a'],
    ['"./a": File shrank by 1 byte; padding with zeros', 'changed', 'a'],
    ['"./van": File removed before we read it', 'vanished', 'van'],
    ['"./link": Warning: Cannot stat: No such file or directory', 'vanished', 'link'],
    ['"./n\\377\\n": Warning: Cannot open: Permission denied', 'unreadable', 'n\xff\n'],
    ['"./d": Warning: Cannot savedir: Permission denied', 'unreadable', 'd'],
    ['"./f": Warning: Cannot llistxattrat: Input/output error', 'attributes', 'f'],
    ['"./f": Warning: Cannot acl_get_file_at: Input/output error', 'attributes', 'f'],
    ['"./f": Warning: Read error at byte 0, while reading 10240 bytes: Input/output error', 'failed', 'f'],
    ['"./f": something that no tar said so far', 'failed', 'f'],
  ])('%s', (line, reason, path) => {
    expect(readCreateMessage(`tar: ${line}`, 'tar')).toMatchObject({ kind: 'skip', path, reason });
  });

  it.each([
    ['Total bytes written: 30720 (30KiB, 71MiB/s)', { kind: 'totals', bytes: 30_720 }],
    ['tar: Exiting with failure status due to previous errors', { kind: 'note' }],
    ['tar: POSIX ACL support is not available', { kind: 'note' }],
    ['tar: ".": Directory is new', { kind: 'note' }],
    ['tar: -: Cannot write: Broken pipe', { kind: 'fatal' }],
    ['tar: Error is not recoverable: exiting now', { kind: 'fatal' }],
    ['words of somebody else', { kind: 'fatal' }],
  ])('%s', (line, expected) => {
    expect(readCreateMessage(line, 'tar')).toMatchObject(expected);
  });

  it('keeps the words of the system', () => {
    expect(readCreateMessage('gtar: "./a": Warning: Cannot open: Permission denied', 'gtar')).toMatchObject({ detail: 'Permission denied' });
  });
});

describe('what tar says while it restores', () => {
  it.each([
    ['"./file": Cannot open: File exists', { kind: 'problem', path: 'file', detail: 'Cannot open: File exists' }],
    ['"./file": Cannot change ownership to uid 0, gid 0: Operation not permitted', { kind: 'problem', path: 'file' }],
    ['./big: Wrote only 3072 of 10240 bytes', { kind: 'problem', path: 'big', detail: 'Wrote only 3072 of 10240 bytes' }],
    [
      "setxattrat: Cannot set 'trusted.n' extended attribute for file './f'q': Operation not permitted",
      { kind: 'problem', path: "f'q", detail: "Cannot set 'trusted.n' extended attribute: Operation not permitted" },
    ],
    [
      "acl_set_file_at: Cannot set POSIX ACLs for file './d': Operation not supported",
      { kind: 'unsupported', detail: 'Cannot set POSIX ACLs: Operation not supported' },
    ],
    ['Unexpected EOF in archive', { kind: 'fatal' }],
    ['This does not look like a tar archive', { kind: 'fatal' }],
    ['Skipping to next header', { kind: 'fatal' }],
  ])('%s', (line, expected) => {
    expect(readExtractMessage(`tar: ${line}`, 'tar')).toMatchObject(expected);
  });

  it('is joined where a name with a line end breaks it', () => {
    const first = "tar: setxattrat: Cannot set 'user.n' extended attribute for file './line";
    expect(goesOn(first, 'tar')).toBe(true);
    const whole = `${first}\nend': Operation not permitted`;
    expect(goesOn(whole, 'tar')).toBe(false);
    expect(readExtractMessage(whole, 'tar')).toMatchObject({ kind: 'problem', path: 'line\nend' });
  });
});

describe('problems of a restore', () => {
  it('are listed once each, and beyond ten thousand only counted', () => {
    const problems = new RestoreProblems();
    for (let turn = 0; turn < 2; turn += 1) for (let file = 0; file < 10_000; file += 1) problems.add(`f${file}`, 'lost');
    expect(problems.all(0)).toHaveLength(10_000);
    problems.add('one more', 'lost');
    expect(problems.all(0).at(-1)).toEqual({ path: '.', detail: '1 more problems are not listed' });
  });

  it('do not count ACLs that a target does not know when no entry has one', () => {
    const problems = new RestoreProblems();
    problems.addUnsupported('Cannot set POSIX ACLs: Operation not supported');
    problems.addUnsupported("Cannot set 'user.n' extended attribute: Operation not supported");
    expect(problems.all(0)).toEqual([{ path: '.', detail: "Cannot set 'user.n' extended attribute: Operation not supported (1 entries)" }]);
    expect(problems.all(2)).toHaveLength(2);
  });
});
