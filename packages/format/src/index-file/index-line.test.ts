import { bytePathOf } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { formatIndexLine, parseIndexLine } from './index-line.ts';

const FILE = '{"p":"etc/passwd","t":"f","s":1,"m":"2","o":420,"u":0,"g":0}';

describe('formatIndexLine', () => {
  it('writes what the handbook says', () => {
    const entry = { kind: 'held', path: 'etc/passwd', type: 'file', size: 1, mtimeNs: 2n, mode: 0o644, uid: 0, gid: 0 } as const;
    expect(formatIndexLine(entry)).toBe(FILE);
    expect(formatIndexLine({ ...entry, type: 'symlink', target: 'a"b', mtimeNs: -1n })).toBe(
      '{"p":"etc/passwd","t":"l","s":1,"m":"-1","o":420,"u":0,"g":0,"l":"a\\"b"}',
    );
    expect(formatIndexLine({ ...entry, type: 'block', device: { major: 8, minor: 1 } })).toBe(
      '{"p":"etc/passwd","t":"b","s":1,"m":"2","o":420,"u":0,"g":0,"d":[8,1]}',
    );
    expect(formatIndexLine({ kind: 'deleted', path: 'gone' })).toBe('{"p":"gone","t":"-"}');
    expect(formatIndexLine({ kind: 'skipped', path: 'run/s', reason: 'socket' })).toBe('{"p":"run/s","t":"!","r":"socket"}');
    expect(formatIndexLine({ kind: 'skipped', path: 'x', reason: 'unreadable', detail: 'Permission denied' })).toBe(
      '{"p":"x","t":"!","r":"unreadable","e":"Permission denied"}',
    );
  });

  it('writes UTF-8 as it is and other bytes escaped', () => {
    expect(formatIndexLine({ kind: 'deleted', path: bytePathOf('ä') })).toBe(`{"p":"${bytePathOf('ä')}","t":"-"}`);
    expect(formatIndexLine({ kind: 'deleted', path: 'a %\xe4"' })).toBe('{"pb":"a%20%25%E4%22","t":"-"}');
  });
});

describe('parseIndexLine', () => {
  it('keeps out keys that it does not know', () => {
    expect(parseIndexLine('{"p":"x","t":"-","new":{"a":[1]}}', 2)).toEqual({ kind: 'deleted', path: 'x' });
  });

  it('passes over kinds of line that it does not know', () => {
    expect(parseIndexLine('{"t":"whiteout","where":7}', 2)).toBeUndefined();
  });

  it('takes a reason that it does not know for a failure', () => {
    expect(parseIndexLine('{"p":"x","t":"!","r":"quarantined","e":"by scanner"}', 2)).toEqual({
      kind: 'skipped',
      path: 'x',
      reason: 'failed',
      detail: 'quarantined: by scanner',
    });
    expect(parseIndexLine('{"p":"x","t":"!","r":"quarantined"}', 2)).toEqual({ kind: 'skipped', path: 'x', reason: 'failed', detail: 'quarantined' });
  });

  it.each([
    ['', 'is no JSON object'],
    ['[1]', 'is no JSON object'],
    ['null', 'is no JSON object'],
    ['{"p":"x"', 'is no JSON object'],
    ['{"p":"x"}', "'t' is no text"],
    ['{"t":"f"}', "neither 'p' nor 'pb'"],
    ['{"p":7,"t":"-"}', "'p' is no text"],
    ['{"pb":7,"t":"-"}', "'p' is no text"],
    ['{"p":"a\\u0000","t":"-"}', "'p' holds a NUL byte"],
    ['{"pb":"a%00","t":"-"}', "'p' holds a NUL byte"],
    [FILE.replace('"s":1', '"s":-1'), "'s' is no whole number"],
    [FILE.replace('"s":1', '"s":1.5'), "'s' is no whole number"],
    [FILE.replace('"s":1,', ''), "'s' is no whole number"],
    [FILE.replace('"m":"2"', '"m":2'), "'m' is no time"],
    [FILE.replace('"m":"2"', '"m":"0x2"'), "'m' is no time"],
    [FILE.replace('"g":0', '"g":0,"d":[1]'), "'d' is no device"],
    ['{"p":"x","t":"!"}', "'r' is no text"],
    ['{"p":"x","t":"!","r":"failed","e":1}', "'e' is no text"],
  ])('refuses %s', (line, reason) => {
    let failure: unknown;
    try {
      parseIndexLine(line, 12);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ code: 'corrupt', message: `index: line 12: ${reason}`, details: { object: 'index', line: 12 } });
  });
});
