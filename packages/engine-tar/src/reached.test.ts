import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PortableBench } from '../test-support/portable-bench.ts';
import { TarBench } from '../test-support/tar-bench.ts';

const FILE_BYTES = 3_000_000;

let bench: TarBench;
beforeEach(async () => {
  bench = await TarBench.make();
});
afterEach(() => bench.remove());

const ENGINES: readonly [string, () => Promise<Engine>][] = [
  ['GNU tar', () => bench.engine()],
  ['no program', async () => new PortableBench(bench).engine()],
];

test.each(ENGINES)('with %s, the path that was reached is known while a level is made and restored', async (_, open) => {
  const source = await bench.folder('source');
  await writeFile(join(source, 'only'), Buffer.alloc(FILE_BYTES, 7));
  const engine = await open();
  const lease = { kind: 'path', resource: source, description: source, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  const backup = await engine.backup({ source: lease, workDir: await bench.workDir() });
  if (backup.kind !== 'archive') throw new TypeError('an archive was expected');
  expect(await backup.reached?.()).toBeUndefined();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let during: string | undefined;
  for await (const chunk of joinStages(backup.stages, { storageAt: 'end' }).output) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (during === undefined && bytes > FILE_BYTES / 2) during = await backup.reached?.();
  }
  expect(during).toBe('only');

  const restore = await engine.restore({ target: await bench.folder('target'), workDir: await bench.workDir(), level: 0, placement: 'empty', metadata: {} });
  expect(await restore.reached?.()).toBeUndefined();
  async function* input() {
    yield* chunks;
  }
  await joinStages(restore.stages, { input: input(), storageAt: 'start' }).done;
  expect(await restore.reached?.()).toBe('only');
});
