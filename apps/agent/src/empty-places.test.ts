import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RunHere } from './run-here.fixture.ts';

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
});
afterEach(() => here[Symbol.dispose]());

const line = (action: string, ...options: readonly string[]) =>
  here.runLine([action, '--storage', 'local', '-C', here.path('store'), '--state-dir', here.path('state'), '--log-file', here.path('log'), ...options]);

test('a container that does not exist is named by what looks into it, and not made', async () => {
  for (const [action, ...options] of [['list'], ['find', 'name'], ['admin', '-N', 'set', '--keep-last', '1'], ['admin', '--remove-orphans']] as const) {
    const { code, complaints } = await line(action, ...options);
    expect([action, code, complaints]).toEqual([action, 1, `Critical Error: --container: ${here.path('store')} does not exist, or is no directory\n`]);
  }
  expect(existsSync(here.path('store'))).toBe(false);
});

test('--hostname lists the sets of that host only', async () => {
  for (const host of ['here', 'web1', 'web10']) {
    await mkdir(here.path('source', host), { recursive: true });
    await writeFile(here.path('source', host, 'file'), host);
    await line('backup', '--hostname', host, '-N', 'set', '-F', here.path('source', host), '--nosync');
  }
  const sets = async (...options: readonly string[]) => (JSON.parse((await line('list', '--json', ...options)).out) as { set: string }[]).map(({ set }) => set);
  expect(await sets()).toEqual(['here_set', 'web10_set', 'web1_set']);
  expect(await sets('--hostname', 'web1')).toEqual(['web1_set']);
});
