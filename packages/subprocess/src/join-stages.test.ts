import { readdirSync, readFileSync } from 'node:fs';
import { type ByteStream, FreezerError, messageOf, type OpenStage, type ProgramStage, type SinkStage, type TransformStage } from '@freezer/core';
import { describe, expect, test } from '@jest/globals';
import { type JoinedStages, joinStages } from './join-stages.ts';

const program = (name: string, command: string, ...args: string[]): ProgramStage => ({ kind: 'program', name, command, args });
/** Prints its process id first, as one line, so that a test can kill exactly this one. */
const announced = (name: string, script: string, onStderrLine: (line: string) => void): ProgramStage => ({
  ...program(name, 'sh', '-c', `echo $$ >&2; exec ${script}`),
  onStderrLine,
});
const copy: TransformStage = {
  kind: 'transform',
  name: 'copy',
  async *apply(body) {
    yield* body;
  },
};

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(65536, 'x');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function* some(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function textOf(body: ByteStream): Promise<string> {
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString('latin1');
  return text;
}

const failureTextOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no failure', messageOf);

/** Runs the stages in both directions, kills the one that is named once it has spoken, and gives what was told and how long it took. */
async function killed(
  names: readonly string[],
  victim: string,
  side: 'end' | 'start',
  transformAfter?: string,
): Promise<{ told: string; milliseconds: number }> {
  let began = 0;
  const stages = names.flatMap((name, index) => {
    const script = side === 'end' && index === 0 ? 'yes' : 'cat';
    const stage = announced(name, script, (line) => {
      if (name !== victim || !/^\d+$/.test(line)) return;
      // `exec` comes right after the line; a signal that arrives before it kills just the same.
      setTimeout(() => {
        began = Date.now();
        process.kill(Number(line), 'SIGKILL');
      }, 100);
    });
    return name === transformAfter ? [stage, copy] : [stage];
  });
  const joined = side === 'end' ? joinStages(stages, { storageAt: 'end' }) : joinStages(stages, { storageAt: 'start', input: endless() });
  const told = await failureTextOf(side === 'end' ? slowly(joined.output) : joined.done);
  const exits = await joined.exits;
  expect(exits).toHaveLength(names.length);
  return { told, milliseconds: Date.now() - began };
}

async function slowly(body: ByteStream): Promise<void> {
  for await (const _chunk of body) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('one program of a run is killed', () => {
  const chains = [
    ['tar', 'gzip'],
    ['tar', 'gzip', 'openssl'],
  ];
  const cases = chains.flatMap((names) =>
    (['end', 'start'] as const).flatMap((side) =>
      names.flatMap((victim) =>
        [undefined, names[0]].map((transformAfter) => ({ names: side === 'end' ? names : names.toReversed(), victim, side, transformAfter })),
      ),
    ),
  );
  test.each(cases)('$names, storage at the $side, a transform after $transformAfter: $victim', async ({ names, victim, side, transformAfter }) => {
    const { told, milliseconds } = await killed(names, victim, side, transformAfter);
    expect(told).toMatch(new RegExp(`^${victim} was killed by SIGKILL`));
    expect(milliseconds).toBeLessThan(5000);
  });
});

describe('a run of a backup', () => {
  test('gives what the last stage gives', async () => {
    const joined = joinStages([program('seq', 'seq', '5'), copy, program('tac', 'tac')], { storageAt: 'end' });
    expect(await textOf(joined.output)).toBe('5\n4\n3\n2\n1\n');
    await joined.done;
    expect((await joined.exits).map(({ name, code }) => [name, code])).toEqual([
      ['seq', 0],
      ['tac', 0],
    ]);
  });

  test('fails at the end of the bytes when a program ended badly after its last byte', async () => {
    const joined = joinStages(
      [
        program(
          'tar',
          'sh',
          '-c',
          'echo data; echo "tar: a: Cannot open: Permission denied" >&2; echo "tar: Exiting with failure status due to previous errors" >&2; exit 2',
        ),
        program('cat', 'cat'),
      ],
      { storageAt: 'end' },
    );
    expect(await failureTextOf(textOf(joined.output))).toBe('tar ended with 2: a: Cannot open: Permission denied');
    expect(await failureTextOf(joined.done)).toBe('tar ended with 2: a: Cannot open: Permission denied');
  });

  test('takes an exit code that the stage declares good', async () => {
    const joined = joinStages([{ ...program('tar', 'sh', '-c', 'echo data; exit 1'), okExits: [0, 1] }], { storageAt: 'end' });
    expect(await textOf(joined.output)).toBe('data\n');
    expect((await joined.exits)[0]?.code).toBe(1);
  });

  test('starts nothing before the first pull, and close settles it all', async () => {
    const joined = joinStages([program('yes', 'yes')], { storageAt: 'end' });
    await joined.close();
    await joined.close();
    expect(await joined.exits).toEqual([]);
    expect(await failureTextOf(joined.done)).toMatch(/stopped before/);
    expect(await failureTextOf(textOf(joined.output))).toMatch(/stopped before/);
  });

  test('is stopped when its output is left early', async () => {
    const joined = joinStages([program('yes', 'yes'), copy, program('cat', 'cat')], { storageAt: 'end' });
    for await (const chunk of joined.output) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect((await joined.exits).map(({ stopped }) => stopped)).toContain(true);
    expect(FreezerError.is(await joined.done.catch((error: unknown) => error), 'aborted')).toBe(true);
  });

  test('names the program that ended before it had read everything', async () => {
    const joined = joinStages([program('yes', 'yes'), program('head', 'head', '-n', '1')], { storageAt: 'end' });
    expect(await failureTextOf(textOf(joined.output))).toBe('head ended before it had read all that yes wrote');
  });

  test('names a program that is not installed, and ends the others', async () => {
    const joined = joinStages([program('yes', 'yes'), program('pigz', 'no-such-program-here')], { storageAt: 'end' });
    const error = await textOf(joined.output).catch((caught: unknown) => caught);
    expect(FreezerError.is(error, 'unsupported')).toBe(true);
    expect(messageOf(error)).toBe("pigz: the program 'no-such-program-here' is not installed");
    expect(await failureTextOf(joined.exits)).toMatch(/not installed/);
  });

  test('ends with the reason of an abort', async () => {
    const controller = new AbortController();
    const joined = joinStages([program('sleep', 'sleep', '100'), program('cat', 'cat')], { storageAt: 'end', signal: controller.signal });
    const taken = failureTextOf(textOf(joined.output));
    setTimeout(() => controller.abort(new Error('the user said so')), 50);
    expect(await taken).toBe('the user said so');
    expect(await failureTextOf(joined.done)).toBe('the user said so');
    expect((await joined.exits).every(({ signal }) => signal === 'SIGTERM' || signal === null)).toBe(true);
  });

  test('tells the failure of a transform and of an open stage', async () => {
    const bad: OpenStage = { kind: 'open', name: 'download', open: () => failing() };
    expect(await failureTextOf(textOf(joinStages([bad, program('cat', 'cat')], { storageAt: 'end' }).output))).toBe('piece 3 is damaged');
    const broken: TransformStage = { kind: 'transform', name: 'broken', apply: () => failing() };
    expect(await failureTextOf(textOf(joinStages([program('yes', 'yes'), broken, program('cat', 'cat')], { storageAt: 'end' }).output))).toBe(
      'piece 3 is damaged',
    );
  });
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('some bytes');
  throw new FreezerError('corrupt', 'piece 3 is damaged');
}

describe('a run of a restore', () => {
  test('is done when the last program has ended well', async () => {
    const lines: string[] = [];
    const joined = joinStages([copy, { ...program('tar', 'sh', '-c', 'cat >&2; echo thrown away'), onStderrLine: (line) => lines.push(line) }], {
      storageAt: 'start',
      input: some('a\n', 'b\n'),
    });
    await joined.done;
    expect(lines).toEqual(['a', 'b']);
    expect(await textOf(joined.output)).toBe('');
  });

  test('tells the failure of its input, after the program had its end of file and ended by itself', async () => {
    const lines: string[] = [];
    const tar: ProgramStage = {
      ...program('tar', 'sh', '-c', 'cat >/dev/null; sleep 0.3; echo flushed >&2; exit 2'),
      onStderrLine: (line) => lines.push(line),
    };
    const joined = joinStages([copy, tar], { storageAt: 'start', input: failing() });
    expect(await failureTextOf(joined.done)).toBe('piece 3 is damaged');
    expect(lines).toEqual(['flushed']);
    expect((await joined.exits).map(({ code, stopped }) => [code, stopped])).toEqual([[2, false]]);
  });

  test('lets the program end by itself when it is aborted, too', async () => {
    const controller = new AbortController();
    const lines: string[] = [];
    const tar: ProgramStage = { ...program('tar', 'sh', '-c', 'cat >/dev/null; echo flushed >&2'), onStderrLine: (line) => lines.push(line) };
    const joined = joinStages([tar], { storageAt: 'start', input: endless(), signal: controller.signal });
    setTimeout(() => controller.abort(new Error('the user said so')), 50);
    expect(await failureTextOf(joined.done)).toBe('the user said so');
    expect(lines).toEqual(['flushed']);
  });

  test('kills a program that ignores the end of its input and SIGTERM', async () => {
    const began = Date.now();
    const joined = joinStages([program('tar', 'sh', '-c', 'trap "" TERM; while :; do sleep 0.2; done')], { storageAt: 'start', input: failing() });
    expect(await failureTextOf(joined.done)).toBe('piece 3 is damaged');
    expect((await joined.exits)[0]?.signal).toBe('SIGKILL');
    expect(Date.now() - began).toBeLessThan(5000);
  });

  test('fails when the program did not want all of its input', async () => {
    const joined = joinStages([program('true', 'true')], { storageAt: 'start', input: endless() });
    expect(await failureTextOf(joined.done)).toBe('true ended before it had read all of its input');
  });

  test('ends in a sink, and tells its failure', async () => {
    let taken = '';
    const sink: SinkStage = { kind: 'sink', name: 'upload', take: async (body) => void (taken = await textOf(body)) };
    await joinStages([program('tac', 'tac'), sink], { storageAt: 'start', input: some('1\n2\n') }).done;
    expect(taken).toBe('2\n1\n');
    const full: SinkStage = { kind: 'sink', name: 'upload', take: () => Promise.reject(new FreezerError('unavailable', 'no space')) };
    expect(await failureTextOf(joinStages([program('cat', 'cat'), full], { storageAt: 'start', input: endless() }).done)).toBe('no space');
  });
});

test('a wrong order of stages is a mistake of the program', () => {
  const sink: SinkStage = { kind: 'sink', name: 'upload', take: () => Promise.resolve() };
  expect(() => joinStages([copy], { storageAt: 'end' })).toThrow(TypeError);
  expect(() => joinStages([], { storageAt: 'end' })).toThrow(TypeError);
  expect(() => joinStages([sink, copy], { storageAt: 'start', input: some('a') })).toThrow(TypeError);
  expect(() => joinStages([{ kind: 'open', name: 'download', open: () => some('a') }], { storageAt: 'start', input: some('a') })).toThrow(TypeError);
});

test('no descriptor and no process stays behind', async () => {
  const run = async (): Promise<void> => {
    const whole = joinStages([program('seq', 'seq', '1000'), program('cat', 'cat'), copy, program('cat', 'cat')], { storageAt: 'end' });
    await textOf(whole.output);
    const left: JoinedStages = joinStages([program('yes', 'yes'), program('cat', 'cat')], { storageAt: 'end' });
    for await (const _chunk of left.output) break;
    await failureTextOf(joinStages([program('cat', 'cat')], { storageAt: 'start', input: failing() }).done);
    await failureTextOf(textOf(joinStages([program('yes', 'yes'), program('none', 'no-such-program-here')], { storageAt: 'end' }).output));
  };
  await run();
  const before = openDescriptors();
  for (let round = 0; round < 5; round += 1) await run();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(openDescriptors()).toBeLessThanOrEqual(before);
  expect(childrenOfThis()).toBe('');
});

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;
const childrenOfThis = (): string => readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').trim();
