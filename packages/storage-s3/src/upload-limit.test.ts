import { createHash } from 'node:crypto';
import { once as emitted } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once, RateLimit, SILENT } from '@freezer/core';
import { expect, it } from '@jest/globals';
import { readS3Settings } from './options.ts';
import { S3Storage } from './s3-storage.ts';

const RATE = 200 * 1024;
const BYTES = 2 * 1024 * 1024;

it('bytes are gathered at once and sent no faster than the limit, also in a second attempt', async () => {
  const digests: string[] = [];
  const server = createServer((request, response) => {
    const hash = createHash('md5');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    request.on('end', () => {
      digests.push(hash.digest('base64'));
      expect(request.headers['content-length']).toBe(`${BYTES}`);
      response.writeHead(digests.length === 1 ? 503 : 200, { etag: '"x"' }).end();
    });
  }).listen(0, '127.0.0.1');
  await emitted(server, 'listening');
  const settings = { container: 'bucket', endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, access_key: 'a', secret_key: 's' };
  const storage = await S3Storage.open(readS3Settings(settings), { logger: SILENT, run: { id: 'run', owner: Buffer.from('me') } });
  // Its sleeps are the only time that passes.
  const clock = { at: 0, now: () => clock.at, sleep: async (milliseconds: number) => void (clock.at += milliseconds) };
  try {
    storage.limitUploads(new RateLimit(RATE, clock));
    const body = Buffer.alloc(BYTES, 'freezer');
    expect(await storage.put('key', once(body))).toMatchObject({ size: BYTES });
    expect(digests).toEqual(Array(2).fill(createHash('md5').update(body).digest('base64')));
    expect(clock.at / 1000 / ((2 * BYTES) / RATE)).toBeCloseTo(1, 1);
    storage.limitUploads(new RateLimit(undefined, clock));
    const before = clock.at;
    await storage.put('key', once(body));
    expect(clock.at).toBe(before);
  } finally {
    await storage.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
