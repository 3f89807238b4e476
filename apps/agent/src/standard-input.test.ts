import { PassThrough, Readable } from 'node:stream';
import { collect } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { processInput } from './standard-input.ts';

const all = { maxBytes: 1e6 };

describe('standard input', () => {
  test('is opened when it is read, and gives all bytes', async () => {
    let opened = 0;
    const input = processInput(false, () => {
      opened += 1;
      return Readable.from([Buffer.from('a '), Buffer.from('dump')]);
    });
    const bytes = input.bytes({});
    expect([opened, input.isTerminal]).toEqual([0, false]);
    expect((await collect(bytes, all)).toString()).toBe('a dump');
    expect(opened).toBe(1);
  });

  test('an abort ends it while nothing comes, and lets the writer go', async () => {
    const pipe = new PassThrough();
    pipe.write('begin');
    const abort = new AbortController();
    const bytes = processInput(false, () => pipe)
      .bytes({ signal: abort.signal })
      [Symbol.asyncIterator]();
    expect((await bytes.next()).value).toEqual(Buffer.from('begin'));
    const next = bytes.next();
    abort.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    expect(pipe.destroyed).toBe(true);
  });

  test('an aborted run opens nothing', async () => {
    const open = (): Readable => {
      throw new Error('opened');
    };
    await expect(collect(processInput(false, open).bytes({ signal: AbortSignal.abort(new Error('enough')) }), all)).rejects.toThrow('enough');
  });

  test('close lets the writer go, once it was opened or before', async () => {
    const pipe = new PassThrough();
    const input = processInput(true, () => pipe);
    input.close();
    const next = input.bytes({})[Symbol.asyncIterator]().next();
    pipe.write('x');
    await next;
    input.close();
    input.close();
    expect([pipe.destroyed, input.isTerminal]).toEqual([true, true]);
  });

  test('what cannot be read is said', async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error('EISDIR: illegal operation on a directory')) });
    await expect(collect(processInput(false, () => broken).bytes({}), all)).rejects.toThrow(
      'standard input cannot be read: EISDIR: illegal operation on a directory',
    );
  });
});
