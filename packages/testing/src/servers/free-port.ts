import { createServer, type Server } from 'node:net';

/** A port of 127.0.0.1 on which nothing listens now. */
export const freePort = async (): Promise<number> => await freePorts(1);

/** The first of so many ports in a row that nobody has now. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = await listening(0);
    const address = first?.address();
    if (first === undefined || typeof address !== 'object' || address === null) throw new TypeError('the system gave no port');
    const row = [first, ...(await Promise.all(Array.from({ length: count - 1 }, (_, index) => listening(address.port + 1 + index))))];
    for (const server of row) if (server) await new Promise((resolve) => server.close(resolve));
    if (!row.includes(undefined)) return address.port;
  }
}

/** Undefined when somebody else has the port. */
function listening(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
