import { createConnection, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { freePort } from './free-port.ts';
import { TcpProxy } from './tcp-proxy.ts';

const BYTES = 16_000_000;

test('what a client sent before it ended arrives, however slowly the server reads', async () => {
  const port = await freePort();
  let received = 0;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    setTimeout(() => {
      socket.on('data', (chunk: Buffer) => (received += chunk.length)).on('close', () => server.close());
      socket.resume();
    }, 300);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const closed = new Promise((resolve) => server.once('close', resolve));
  const proxy = await TcpProxy.start(port);
  createConnection(proxy.port, '127.0.0.1').end(Buffer.alloc(BYTES));
  await closed;
  await proxy.stop();
  expect(received).toBe(BYTES);
});
