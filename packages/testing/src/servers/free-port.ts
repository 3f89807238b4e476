import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { systemCodeOf } from '@freezer/core';

/** Below those that Linux gives to clients: one of them could be taken by a connection before its server has started. */
const [LOWEST, BEYOND] = [15_000, 32_000];

/** A port of 127.0.0.1 on which nothing listens now. */
export const freePort = async (): Promise<number> => await freePorts(1);

/** The first of so many ports in a row that nobody has now. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(LOWEST, BEYOND - count);
    const row = await Promise.all(Array.from({ length: count }, (_, index) => listening(first + index)));
    for (const server of row) if (server) await new Promise((resolve) => server.close(resolve));
    if (!row.includes(undefined)) return first;
  }
}

/** Another has it, or nobody may have it: some systems keep ports for themselves. */
const TAKEN: ReadonlySet<string | undefined> = new Set(['EADDRINUSE', 'EACCES']);

/** Undefined when the port is not to be had. Any other failure would meet every port. */
function listening(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (TAKEN.has(systemCodeOf(error)) ? resolve(undefined) : reject(error)));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
