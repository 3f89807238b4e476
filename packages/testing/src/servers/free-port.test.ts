import { Server } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { freePort } from './free-port.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

test.each(['EADDRINUSE', 'EACCES'])('a port that is not to be had (%s) is passed over for another', async (code) => {
  const refused: unknown[] = [];
  const { listen } = Server.prototype;
  jest.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...given: unknown[]) {
    if (refused.length >= 3) return Reflect.apply(listen, this, given);
    refused.push(given[0]);
    queueMicrotask(() => this.emit('error', Object.assign(new Error(`listen ${code}`), { code })));
    return this;
  });
  expect(refused).not.toContain(await freePort());
  expect(refused).toHaveLength(3);
});
