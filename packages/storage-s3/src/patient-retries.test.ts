import { once as emitted } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FreezerError, messageOf, Outage, once } from '@freezer/core';
import { CaptureLogger } from '@freezer/testing';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { readS3Settings } from './options.ts';
import { S3Storage } from './s3-storage.ts';

jest.setTimeout(60_000);

/** So many requests find the server gone. */
let gone = 0;
/** What the next requests with a body are answered by 400. */
const refusals: { readonly answer: string; readonly type: string }[] = [];
const server = createServer((request, response) => {
  if (gone > 0) {
    gone -= 1;
    request.socket.destroy();
    return;
  }
  const refusal = request.method === 'PUT' ? refusals.shift() : undefined;
  if (refusal) {
    request.resume().on('end', () => response.writeHead(400, { 'content-type': refusal.type }).end(refusal.answer));
    return;
  }
  request.resume().on('end', () => response.writeHead(200, { etag: '"x"' }).end());
});
let storage: S3Storage;
let logger: CaptureLogger;
beforeEach(async () => {
  gone = 0;
  refusals.length = 0;
  await emitted(server.listen(0, '127.0.0.1'), 'listening');
  const settings = { container: 'bucket', endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, access_key: 'a', secret_key: 's' };
  logger = new CaptureLogger();
  storage = await S3Storage.open(readS3Settings(settings), { logger, run: { id: 'run', owner: Buffer.from('me') } });
});
afterEach(async () => {
  await storage.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => undefined,
    (error: unknown) => error,
  );

it('a server that is away for some seconds in the middle is waited for; the SDK alone would give up after one', async () => {
  await storage.put('first', once(Buffer.from('bytes')));
  gone = 4;
  const begun = Date.now();
  expect(await storage.put('second', once(Buffer.from('bytes')))).toMatchObject({ size: 5 });
  expect(Date.now() - begun).toBeGreaterThan(3700);
  expect(logger.lines.map(({ message }) => message)).toEqual(Array(4).fill('trying again'));
});

it('a server that never answered is given up soon', async () => {
  gone = Number.POSITIVE_INFINITY;
  const begun = Date.now();
  const error = await failureOf(storage.put('first', once(Buffer.from('bytes'))));
  expect(FreezerError.is(error, 'unavailable') && messageOf(error)).toMatch(/^s3 storage: put of 'first' failed: /);
  expect(Date.now() - begun).toBeLessThan(4000);
});

it('several requests at once are waited for as long as one', async () => {
  await storage.put('first', once(Buffer.from('bytes')));
  gone = 40;
  const puts = Array.from({ length: 8 }, (_, n) => storage.put(`object ${n}`, once(Buffer.from('bytes'))));
  for (const { size } of await Promise.all(puts)) expect(size).toBe(5);
});

/** A storage whose server takes a minute for each request but the first, and then does with it what `answer` says. */
async function slowServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  let now = 0;
  const slow = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'HEAD' && request.url?.includes('first')) return response.writeHead(200, { etag: '"x"' }).end();
      now += 60_000;
      return answer(request, response);
    });
  });
  await emitted(slow.listen(0, '127.0.0.1'), 'listening');
  const settings = { container: 'bucket', endpoint: `http://127.0.0.1:${(slow.address() as AddressInfo).port}`, access_key: 'a', secret_key: 's' };
  const clock = { now: () => now, sleep: async () => undefined };
  const opened = await S3Storage.open(readS3Settings(settings), { logger, run: { id: 'run', owner: Buffer.from('me') } }, new Outage({ clock }));
  await opened.stat('first');
  return {
    opened,
    async [Symbol.asyncDispose]() {
      await opened.close();
      slow.closeAllConnections();
      await new Promise((resolve) => slow.close(resolve));
    },
  };
}

it('a part that takes a minute and breaks off is sent again: the server was there', async () => {
  let breaks = 3;
  await using place = await slowServer((request, response) => {
    if (breaks === 0) response.writeHead(200, { etag: '"x"' }).end();
    else {
      breaks -= 1;
      request.socket.destroy();
    }
  });
  expect(await place.opened.put('second', once(Buffer.from('bytes')))).toMatchObject({ size: 5 });
  expect(breaks).toBe(0);
});

it.each(['put', 'stat'] as const)('a server that is gone, as a proxy says after a minute, is given up: %s', async (what) => {
  let asked = 0;
  await using place = await slowServer((_request, response) => {
    asked += 1;
    response.writeHead(504).end();
  });
  const error = await failureOf(what === 'put' ? place.opened.put('second', once(Buffer.from('bytes'))) : place.opened.stat('second'));
  expect(FreezerError.is(error, 'unavailable')).toBe(true);
  expect(asked).toBe(2);
});

it.each([
  ['a server that saw less of a body than there was', '<Error><Code>IncompleteBody</Code><Message>less</Message></Error>', 'application/xml'],
  ['a proxy that could not read a request to its end', '<html><body><h1>400 Bad request</h1>\n<hr></body></html>', 'text/html'],
])('%s gets it again', async (_who, answer, type) => {
  await storage.put('first', once(Buffer.from('bytes')));
  refusals.push({ answer, type }, { answer, type });
  expect(await storage.put('second', once(Buffer.from('bytes')))).toMatchObject({ size: 5 });
  expect(refusals).toEqual([]);
  expect(logger.lines.map(({ message }) => message)).toEqual(['trying again', 'trying again']);
});

it('where the clocks differ by an hour an object that is not there is not asked for again and again', async () => {
  server.removeAllListeners('request');
  let asked = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    asked += 1;
    request.resume().on('end', () => response.writeHead(404, { date: new Date(Date.now() + 3_600_000 + asked * 1000).toUTCString() }).end());
  });
  expect(await storage.stat('absent')).toBeUndefined();
  expect(asked).toBe(1);
});
