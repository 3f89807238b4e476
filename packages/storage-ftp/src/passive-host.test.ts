import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'basic-ftp';
import { keepHost } from './passive-host.ts';

const DATA = 'what is in the file';
let commands: Server;
let bytes: Server;
const sockets: Socket[] = [];

const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the system gave no port');
  return address.port;
}

/** A server without EPSV, behind NAT: it names a host that is not the one that was connected to. */
function answer(socket: Socket, command: string): void {
  const port = portOf(bytes);
  if (command.startsWith('PASV')) socket.write(`227 Entering Passive Mode (10,9,8,7,${port >> 8},${port & 255}).\r\n`);
  else if (command.startsWith('RETR')) socket.write('150 now\r\n226 done\r\n');
  else socket.write('502 not here\r\n');
}

beforeEach(async () => {
  commands = createServer((socket) => {
    sockets.push(socket);
    socket.write('220 ready\r\n');
    socket.on('data', (chunk) => answer(socket, chunk.toString()));
  });
  bytes = createServer((socket) => {
    sockets.push(socket);
    socket.end(DATA);
  });
  await Promise.all([listen(commands), listen(bytes)]);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  commands.close();
  bytes.close();
});

it('bytes come from where the commands go, whatever host the answer to PASV names', async () => {
  const client = new Client(2000, { allowSeparateTransferHost: false });
  keepHost(client);
  await client.connect('127.0.0.1', portOf(commands));
  const sink = new PassThrough();
  await client.downloadTo(sink, 'file');
  client.close();
  expect(sink.read().toString()).toBe(DATA);
});
