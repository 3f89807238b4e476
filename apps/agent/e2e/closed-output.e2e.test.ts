import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { AGENT, ourArguments, ourEnvironment } from './harness/our-agent.ts';
import { type Ended, runProgram } from './harness/run-program.ts';
import { expectOneLine, mustAgent } from './safety/agent-runs.ts';

jest.setTimeout(60_000);

/** Runs the agent in a script that calls it `"$@"`. Bash, for its `pipefail`. */
const inScript = (lab: Lab, script: string, args: readonly string[]): Promise<Ended> =>
  runProgram('bash', ['-c', script, 'bash', process.execPath, ...args], { cwd: lab.root, env: ourEnvironment(lab) });

it('a reader or a working folder that is gone, or a standard output that is full, is no crash, and content that was not taken is no success', async () => {
  await using lab = await Lab.open();
  await writeFile(join(lab.source, 'file'), Buffer.alloc(8 << 20, 'content'));
  await mustAgent(lab, 'backup', ['-F', lab.source]);
  const gone = 'set -o pipefail; "$@" | true';
  const folderGone = await inScript(lab, 'mkdir gone; cd gone; rmdir ../gone; "$@"', ourArguments(lab, 'list', []));
  expect(folderGone.code).toBe(1);
  expect(expectOneLine(folderGone)).toContain('working folder');
  for (const word of ['--help', '--version', 'man']) {
    expect(await inScript(lab, gone, [AGENT, word])).toMatchObject({ code: 0, stderr: '' });
    const full = await inScript(lab, '"$@" > /dev/full', [AGENT, word]);
    expect(full.code).toBe(1);
    expect(expectOneLine(full)).toMatch(/standard output.*ENOSPC/);
  }
  for (const [script, said] of [
    [gone, 'its reader is gone'],
    ['"$@" > /dev/full', 'ENOSPC'],
  ] as const) {
    const ended = await inScript(lab, script, ourArguments(lab, 'restore', ['file', '--to-stdout']));
    expect(ended.code).toBe(1);
    expect(expectOneLine(ended)).toMatch(new RegExp(`^Critical Error: standard output: .*${said}`));
  }
});

it('a run that waits for what never comes, with nothing left that could bring it, is no success', async () => {
  await using lab = await Lab.open();
  const silent = join(lab.root, 'silent.cjs');
  await writeFile(silent, 'process.stdout.write = () => true;');
  for (const word of ['--version', '--help'])
    expect(await runProgram(process.execPath, ['--require', silent, AGENT, word], { cwd: lab.root })).toMatchObject({ code: 1 });
});
