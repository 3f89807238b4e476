import { createHash } from 'node:crypto';
import { SILENT } from '@freezer/core';
import { readAll } from '@freezer/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { FakeSwift } from '../test-support/fake-swift.ts';
import { openSwiftStorage } from './open-storage.ts';
import { readSwiftSettings } from './options.ts';

let swift: FakeSwift;
beforeAll(async () => {
  swift = await FakeSwift.start();
});
afterAll(() => swift[Symbol.asyncDispose]());

const bytesOf = (size: number, seed: number): Buffer => {
  const parts: Buffer[] = [];
  for (let index = 0; parts.length * 32 < size; index += 1) parts.push(createHash('sha256').update(`${seed} ${index}`).digest());
  return Buffer.concat(parts).subarray(0, size);
};

const runs = fc.record({
  chunks: fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 12 }),
  segmentBytes: fc.integer({ min: 300, max: 7000 }),
  inFlight: fc.integer({ min: 1, max: 4 }),
  key: fc.constantFrom('a/data', 'a/b/data', 'plain', 'x/engine_metadata'),
  /** Of every so many requests one is cut, or answered by 503. */
  faultEach: fc.integer({ min: 3, max: 9 }),
  isCut: fc.boolean(),
  range: fc.tuple(fc.nat(20_000), fc.nat(20_000)),
});

test('whatever comes, in chunks of any size, comes back; and so does each range of it, also when requests fail', async () => {
  await fc.assert(
    fc.asyncProperty(runs, async ({ chunks, segmentBytes, inFlight, key, faultEach, isCut, range: [offset, length] }) => {
      swift.objects.clear();
      swift.fault = () => false;
      const settings = readSwiftSettings(swift.settings({ max_segment_size: segmentBytes, segments_in_flight: inFlight }));
      const policy = { attempts: 100, clock: { now: () => Date.now(), sleep: () => Promise.resolve() } };
      await using storage = await openSwiftStorage(
        settings,
        { logger: SILENT, run: { id: 'r', owner: Buffer.from('r') } },
        { policy, wholeBytes: segmentBytes },
      );
      let count = 0;
      swift.fault = ({ request }, response) => {
        count += 1;
        if (count % faultEach !== 0) return false;
        if (isCut) request.socket.destroy();
        else {
          request.resume();
          response.writeHead(503, { connection: 'close' }).end();
        }
        return true;
      };
      const whole = bytesOf(
        chunks.reduce((sum, size) => sum + size, 0),
        segmentBytes,
      );
      async function* body(): AsyncGenerator<Uint8Array> {
        for (let index = 0, at = 0; index < chunks.length; index += 1) {
          yield whole.subarray(at, at + (chunks[index] ?? 0));
          at += chunks[index] ?? 0;
        }
      }
      expect((await storage.put(key, body())).size).toBe(whole.length);
      expect(Buffer.compare(await readAll(storage.get(key)), whole)).toBe(0);
      expect((await storage.stat(key))?.size).toBe(whole.length);
      if (offset <= whole.length)
        expect(Buffer.compare(await readAll(storage.get(key, { range: { offset, length } })), whole.subarray(offset, offset + length))).toBe(0);
      const keys: string[] = [];
      for await (const info of storage.list('')) keys.push(info.key);
      expect(keys).toEqual([key]);
      await storage.remove(key);
      expect([...swift.objects.keys()]).toEqual([]);
    }),
    { numRuns: 25 },
  );
}, 120_000);
