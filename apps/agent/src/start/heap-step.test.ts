import { expect, test } from '@jest/globals';
import { heapStep } from './heap-step.ts';

const MIB = 1024 * 1024;

test('a small heap is collected after 16 MiB, a large one after half of what it keeps', () => {
  expect([0, 8, 32, 64, 1000].map((kept) => heapStep(kept * MIB) / MIB)).toEqual([16, 16, 16, 32, 500]);
});

test('a heap that grows to 2 GiB of objects in use is collected a few times, and not at each step', () => {
  let collected = 0;
  for (let kept = MIB, heap = MIB; heap < 2048 * MIB; heap += MIB) {
    if (heap <= kept + heapStep(kept)) continue;
    collected += 1;
    kept = heap;
  }
  expect(collected).toBeLessThan(15);
});
