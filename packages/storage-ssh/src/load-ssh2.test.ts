import crypto from 'node:crypto';
import { expect, it } from '@jest/globals';
import { loadSsh2, pooled } from './load-ssh2.ts';

it('draws random bytes for many packets at once, hands none out twice, and leaves what is large to the one that fills', () => {
  const { randomFillSync } = crypto;
  const drawn: Buffer[] = [];
  const fill = pooled((target, offset, size) => {
    randomFillSync(target, offset, size);
    drawn.push(Buffer.from(target.subarray(offset, size === undefined ? undefined : (offset ?? 0) + size)));
  });
  const packets = Array.from({ length: 2000 }, () => {
    const packet = Buffer.alloc(40);
    fill(packet, 5, 19);
    return packet;
  });
  expect(drawn).toHaveLength(3);
  expect(packets.every((packet) => packet.subarray(0, 5).every((byte) => byte === 0) && packet.subarray(24).every((byte) => byte === 0))).toBe(true);
  const paddings = packets.map((packet) => packet.toString('hex', 5, 24));
  expect(new Set(paddings).size).toBe(2000);
  expect(drawn[0]?.toString('hex')).toContain(paddings.slice(0, 862).join(''));
  const key = Buffer.alloc(64);
  fill(key);
  expect(drawn.at(-1)?.equals(key)).toBe(true);
  const id = Buffer.alloc(16);
  fill(id);
  expect(id.every((byte) => byte === 0)).toBe(false);
});

it('only ssh2 gets them', async () => {
  const { randomFillSync } = crypto;
  const [first, second] = await Promise.all([loadSsh2(), loadSsh2()]);
  expect(first).toBe(second);
  expect(crypto.randomFillSync).toBe(randomFillSync);
});
