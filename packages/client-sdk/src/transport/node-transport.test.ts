import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AnsweringServer } from '../../test-support/answering-server.ts';
import { createNodeTransport } from './node-transport.ts';
import { type Transport, TransportError } from './transport.ts';

let server: AnsweringServer;
let transport: Transport;

beforeEach(async () => {
  server = await AnsweringServer.start();
  transport = createNodeTransport();
});

afterEach(async () => {
  await transport.close();
  await server[Symbol.asyncDispose]();
});

test('a GET carries its body with the length in bytes', async () => {
  await transport.send({ method: 'GET', url: `${server.url}/x`, headers: {}, body: '{"match":[{"_all":"Zürich"}]}' });
  expect(server.seen[0]).toMatchObject({ method: 'GET', body: { match: [{ _all: 'Zürich' }] }, headers: { 'content-length': '30' } });
  expect(server.seen[0]?.headers['transfer-encoding']).toBeUndefined();
});

test('GETs share a connection, writes do not', async () => {
  server.answer = () => ({ status: 200, headers: { 'x-a': 'b' } });
  const kinds: (string | undefined)[] = [];
  for (const method of ['GET', 'GET', 'POST', 'DELETE'] as const) {
    const { header } = await transport.send({ method, url: server.url, headers: {} });
    kinds.push(header('Connection'));
  }
  expect(kinds).toEqual(['keep-alive', 'keep-alive', 'close', 'close']);
});

test.each([
  ['a host that does not exist', 'http://nowhere.invalid/', { unsent: true, retryable: true }],
  ['another protocol', 'ftp://host/', { unsent: true, retryable: false }],
  ['no URL', 'nonsense', { unsent: true, retryable: false }],
])('%s is an error that says so', async (_, url, expected) => {
  const error: unknown = await transport.send({ method: 'GET', url, headers: {} }).catch((reason: unknown) => reason);
  expect(TransportError.is(error)).toBe(true);
  expect(error).toMatchObject(expected);
});

test('what speaks no HTTP, or no TLS, is named', async () => {
  const other = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write('220 mail.example ESMTP\r\n'));
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const port = (other.address() as AddressInfo).port;
  try {
    await expect(transport.send({ method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {} })).rejects.toMatchObject({
      message: expect.stringMatching(/^its answer is no HTTP \(HPE_/),
      retryable: false,
    });
    await expect(transport.send({ method: 'GET', url: `https://127.0.0.1:${port}/`, headers: {} })).rejects.toMatchObject({
      message: expect.stringMatching(/TLS/),
      retryable: false,
    });
  } finally {
    await new Promise<void>((resolve) => other.close(() => resolve()));
  }
});

test('a certificate file that is not there fails at once, by its name', () => {
  expect(() => createNodeTransport({ cacert: '/nonexistent/ca.pem' })).toThrow('cacert /nonexistent/ca.pem cannot be read');
});

test('an answer that is cut in the middle is no answer', async () => {
  const other = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"jobs":'));
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  try {
    await expect(transport.send({ method: 'GET', url, headers: {} })).rejects.toMatchObject({ unsent: false, retryable: true });
  } finally {
    await new Promise<void>((resolve) => other.close(() => resolve()));
  }
});
