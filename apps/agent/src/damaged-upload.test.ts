import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { expect, test } from '@jest/globals';
import { CopyBench } from '../test-support/copy-bench.ts';

test('an increment whose upload arrives damaged fails; it is no damage of its chain, and no full is tried', async () => {
  using bench = new CopyBench();
  mkdirSync(bench.source);
  const backup = (faults: Parameters<CopyBench['both']>[1] = {}) => {
    writeFileSync(join(bench.source, `file-${Math.random()}`), 'content');
    return bench.both(['backup', '-F', bench.source, '--nosync', '--incremental', '--suspicious-below', '0'], faults);
  };
  expect(await backup()).toMatchObject({ code: 0 });
  const fault = { operation: 'put', key: /\/index$/, kind: 'before', error: new FreezerError('corrupt', 'it arrived damaged') } as const;
  expect(await backup({ near: [fault], far: [fault] })).toMatchObject({ code: 1, complaints: expect.stringContaining('it arrived damaged') });
  expect(bench.here.log()).not.toContain('a new full is made');
  expect([bench.visibleAt('near').length, bench.visibleAt('far').length]).toEqual([1, 1]);
});
