import { connect, type Socket } from 'node:net';

/** What is taken from the kernel at once while one buffer does for all. */
const READ_BYTES = 262_144;
/** What Node takes at once by itself. */
const FRESH_BYTES = 65_536;

/**
 * A TCP connection for ssh2 that spares system calls and memory. All that is written in one turn of the event loop goes to the kernel at once: ssh2 writes
 * each packet in three parts, and a piece of a file in several packets. What comes is read into one buffer again and again, once its reader keeps nothing of it.
 */
export class GatheringSocket {
  readonly socket: Socket;
  /** Whether the reader has no use for the bytes of one event when the next one comes. */
  reusesBuffer = false;

  constructor(port: number, host: string) {
    const kept = Buffer.allocUnsafeSlow(READ_BYTES);
    const onread = {
      buffer: () => (this.reusesBuffer ? kept : Buffer.allocUnsafeSlow(FRESH_BYTES)),
      callback: (length: number, { buffer, byteOffset }: Uint8Array) => {
        this.socket.emit('data', Buffer.from(buffer, byteOffset, length));
        return true;
      },
    };
    // Small requests one after another are what a storage sends; held back, each costs 40 ms.
    this.socket = connect({ port, host, noDelay: true, onread });
    // ssh2 adds more than eleven of them, as it does to a socket that it makes itself.
    this.socket.setMaxListeners(0);
    gatherWrites(this.socket);
  }
}

/** Only after `connect`, which puts back the method of the class. */
function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket);
  let isGathering = false;
  Object.assign(socket, {
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
