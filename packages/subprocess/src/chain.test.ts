import { FreezerError, messageOf, type ProgramStage } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { runChain } from './chain.ts';

const program = (name: string, ...args: string[]): ProgramStage => ({ kind: 'program', name, command: name, args });
const script = (text: string): ProgramStage => ({ kind: 'program', name: 'script', command: 'sh', args: ['-c', text] });

async function sizeOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of body) size += chunk.length;
  return size;
}

describe('runChain', () => {
  test('passes every byte through three programs, in pieces of at most 64 KiB', async () => {
    const chain = runChain({ programs: [program('head', '-c', '3000000', '/dev/zero'), program('gzip'), program('gzip', '-dc')] });
    let size = 0;
    for await (const chunk of chain.output) {
      expect(chunk.length).toBeLessThanOrEqual(2 * 65536);
      size += chunk.length;
    }
    expect(size).toBe(3_000_000);
    expect((await chain.exits).map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  test('keeps what is written before anybody reads', async () => {
    const chain = runChain({ programs: [program('echo', 'early')] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await sizeOf(chain.output)).toBe(6);
  });

  test('gives the first program /dev/null when there is no input, and all of the input when there is', async () => {
    expect(await sizeOf(runChain({ programs: [program('cat')] }).output)).toBe(0);
    const input = (async function* () {
      for (let count = 0; count < 50; count += 1) yield Buffer.alloc(100_000);
    })();
    expect(await sizeOf(runChain({ programs: [program('cat'), program('cat')], input }).output)).toBe(5_000_000);
  });

  test('pulls its input only as fast as the programs read, and the programs write only as fast as they are read', async () => {
    let pulled = 0;
    const input = (async function* () {
      for (;;) {
        pulled += 1;
        yield Buffer.alloc(65536);
      }
    })();
    const chain = runChain({ programs: [program('cat'), program('cat')], input });
    const iterator = chain.output[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(pulled).toBeLessThan(64);
    await iterator.return?.();
  });

  test('does not grow while a slow reader takes from an endless writer', async () => {
    const chain = runChain({ programs: [program('yes')] });
    const iterator = chain.output[Symbol.asyncIterator]();
    await iterator.next();
    const before = process.memoryUsage().rss;
    for (let count = 0; count < 20; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await iterator.next();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
    await iterator.return?.();
    expect((await chain.exits)[0]?.stopped).toBe(true);
  });

  test('reads a MiB of stderr to its end: lines to the listener, else the last 8 KiB', async () => {
    const writes =
      'i=0; while [ $i -lt 16384 ]; do echo 0123456789012345678901234567890123456789012345678901234567890123; i=$((i+1)); done >&2; printf last >&2';
    const lines: string[] = [];
    const heard = runChain({ programs: [{ ...script(writes), onStderrLine: (line) => lines.push(line) }] });
    expect(await sizeOf(heard.output)).toBe(0);
    const [ending] = await heard.exits;
    expect([lines.length, lines.at(-1), ending?.stderr, ending?.lastLine]).toEqual([16385, 'last', '', 'last']);
    const kept = (await runChain({ programs: [script(writes)] }).exits)[0]?.stderr ?? '';
    expect(kept).toHaveLength(8192);
    expect(kept.endsWith('3\nlast')).toBe(true);
  });

  test('gives a minimal environment, and a working directory', async () => {
    const stage: ProgramStage = { ...program('env'), cwd: '/', env: { ADDED: 'yes' } };
    const chain = runChain({ programs: [stage] });
    let text = '';
    for await (const chunk of chain.output) text += Buffer.from(chunk).toString();
    const names = text
      .split('\n')
      .map((line) => line.split('=')[0] ?? '')
      .filter((name) => !['', 'HOME', 'TZ', 'PWD'].includes(name));
    expect(names.toSorted()).toEqual(['ADDED', 'LC_ALL', 'PATH']);
  });

  test('runs its children in a session of their own', async () => {
    const chain = runChain({ programs: [script('echo $$; ps -o sid= -p $$')] });
    let text = '';
    for await (const chunk of chain.output) text += Buffer.from(chunk).toString();
    const [pid, session] = text.trim().split(/\s+/);
    expect(session).toBe(pid);
  });

  test('tells a missing program, a missing directory and one that may not be run apart', async () => {
    const codeOf = (stage: ProgramStage): Promise<string> =>
      runChain({ programs: [stage] }).exits.then(
        () => 'none',
        (error: unknown) => (FreezerError.is(error) ? error.code : messageOf(error)),
      );
    expect(await codeOf(program('no-such-program-here'))).toBe('unsupported');
    expect(await codeOf({ ...program('cat'), cwd: '/no/such/folder' })).toBe('not_found');
    expect(await codeOf({ ...program('passwd-file'), command: '/etc/passwd' })).toBe('permission_denied');
    expect(await codeOf(program('cat', 'nul\0byte'))).toBe('invalid');
  });

  test('fails the output with the reason of an abort, and is not started by a signal that was aborted', async () => {
    const controller = new AbortController();
    const chain = runChain({ programs: [script('trap "" TERM; sleep 100'), program('cat')] }, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(sizeOf(chain.output)).rejects.toThrow('enough');
    expect(await chain.exits).toHaveLength(2);
    expect(() => runChain({ programs: [program('cat')] }, { signal: controller.signal })).toThrow('enough');
  });

  test('an error of the listener ends the chain', async () => {
    const stage: ProgramStage = {
      ...script('echo line >&2; sleep 100'),
      onStderrLine: () => {
        throw new Error('cannot parse');
      },
    };
    await expect(sizeOf(runChain({ programs: [stage] }).output)).rejects.toThrow('cannot parse');
  });
});
