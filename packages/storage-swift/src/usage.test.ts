import { expect, test } from '@jest/globals';
import { FaultBench } from '../test-support/fault-bench.ts';

test('below a prefix a static manifest adds nothing to the bytes of its segments', async () => {
  await using bench = await FaultBench.start();
  const storage = await bench.open({ container: 'c/p' });
  const lines = [
    { name: 'p/data', bytes: 30, slo_etag: '"e"' },
    { name: 'p/segments/00000000', bytes: 20 },
    { name: 'p/segments/00000001', bytes: 10 },
    { name: 'p/metadata', bytes: 5 },
  ];
  bench.swift.fault = ({ method, query }, response) =>
    method === 'GET' && query.has('prefix') && response.end(JSON.stringify(lines.map((line) => ({ hash: '', last_modified: '2026-11-30T00:00:00', ...line }))));
  const found = [];
  for await (const each of storage.usage()) found.push(each);
  expect(found).toEqual([{ container: 'c/p', bytes: 35, objects: 4 }]);
});
