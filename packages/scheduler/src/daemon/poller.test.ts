import { SILENT } from '@freezer/core';
import { expect, test } from '@jest/globals';
import { NO_METER } from './meter.ts';
import { Poller } from './poller.ts';

test('a registration that nobody answers ends with the poller', async () => {
  let brokenOff: string | undefined;
  const poller = new Poller({
    source: { ask: async () => ({ kind: 'unchanged' }), forget: () => undefined, watch: () => undefined, close: () => undefined },
    prepare: (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          brokenOff = 'at the end';
          reject(signal.reason);
        });
      }),
    take: () => undefined,
    interval: () => 1,
    meter: NO_METER,
    logger: SILENT,
  });
  const polled = poller.now();
  await poller.close();
  await polled;
  expect([brokenOff, poller.lastError]).toEqual(['at the end', '']);
});
