import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { expect, test } from '@jest/globals';
import { FaultBench } from '../test-support/fault-bench.ts';

// Node 20 has none of its own. What TypeScript, which makes what is shipped, puts in its place is complete; SWC, which makes the tests, asks for this name.
Object.assign(globalThis, {
  _SuppressedError: class extends Error {
    readonly error: unknown;
    readonly suppressed: unknown;

    constructor(error: unknown, suppressed: unknown) {
      super('An error was suppressed during disposal');
      this.error = error;
      this.suppressed = suppressed;
    }
  },
});

test('what a run failed for is told, also when the lock cannot be given back afterwards', async () => {
  using bench = new FaultBench();
  mkdirSync(bench.source);
  writeFileSync(join(bench.source, 'file'), 'content');
  const ran = await bench.run(
    ['backup', '-F', bench.source, '--nosync'],
    [
      { operation: 'put', key: /\/data$/, kind: 'before', error: new FreezerError('unavailable', 'storage: the data was refused') },
      { operation: 'remove', key: /\/lock$/, kind: 'before', error: new FreezerError('unavailable', 'storage: the lock was kept') },
    ],
  );
  expect(ran).toMatchObject({ code: 1, complaints: 'Critical Error: storage: the data was refused\n' });
  await bench.backup();
  expect(bench.leftovers()).toEqual([]);
});
