import { Socket } from 'node:net';

/**
 * Connects a TCP socket that hands the kernel at once all that is written in one turn of the event loop. ssh2 writes each packet in three parts, and
 * a piece of a file in several packets: without this, a fast connection spends its time on system calls.
 */
export function connectSocket(port: number, host: string): Socket {
  const socket = new Socket();
  // Small requests one after another are what a storage sends; held back, each costs 40 ms.
  socket.setNoDelay(true);
  // ssh2 adds more than eleven of them, as it does to a socket that it makes itself.
  socket.setMaxListeners(0);
  socket.connect(port, host);
  // `connect` puts back the method of the class, so that a subclass would be of no use.
  const write = socket.write.bind(socket);
  let isGathering = false;
  return Object.assign(socket, {
    write: (bytes: Uint8Array | string): boolean => {
      if (!isGathering) {
        isGathering = true;
        socket.cork();
        setImmediate(() => {
          isGathering = false;
          socket.uncork();
        });
      }
      return write(bytes);
    },
  });
}
