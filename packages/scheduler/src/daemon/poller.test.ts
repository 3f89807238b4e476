import { SILENT } from '@freezer/core';
import { expect, test } from '@jest/globals';
import { NO_METER } from './meter.ts';
import { Poller } from './poller.ts';

test('a registration that nobody answers ends with the poller', async () => {
  const poller = new Poller({
    source: { ask: async () => ({ kind: 'unchanged' }), forget: () => undefined, watch: () => undefined, close: () => undefined },
    prepare: (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
    take: () => undefined,
    interval: () => 1,
    meter: NO_METER,
    logger: SILENT,
  });
  const polled = poller.now();
  await poller.close();
  await polled;
  expect(poller.lastError).toBe('');
});
