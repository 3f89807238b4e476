import type { Client } from 'basic-ftp';

/** The host in an answer to PASV, before the two numbers of the port. */
const HOST = /\d+,\d+,\d+,\d+(?=,\d+,\d+)/;

/** The address of IPv4 in the words of PASV; undefined for another. */
function wordsOf(address: string): string | undefined {
  const plain = address.replace(/^::ffff:/i, '');
  return /^[\d.]+$/.test(plain) ? plain.replaceAll('.', ',') : undefined;
}

/**
 * Bytes go where the commands go, as with EPSV, which names no host: behind NAT a server often gives an address of its own that nobody reaches, and another
 * one is nothing to connect to on a server's word.
 */
export function keepHost({ ftp }: Client): void {
  const request = ftp.request.bind(ftp);
  ftp.request = async (command) => {
    const reply = await request(command);
    const host = wordsOf(ftp.socket.remoteAddress ?? '');
    return command === 'PASV' && host !== undefined ? { ...reply, message: reply.message.replace(HOST, host) } : reply;
  };
}
