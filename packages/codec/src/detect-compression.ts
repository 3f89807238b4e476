import type { Compression } from '@freezer/models';

const MAGICS: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.from('1f8b08', 'hex')],
  ['bzip2', Buffer.from('BZh')],
  ['xz', Buffer.from('fd377a585a00', 'hex')],
  ['zstd', Buffer.from('28b52ffd', 'hex')],
];
const USTAR = Buffer.from('ustar');
const USTAR_OFFSET = 257;

/** So many bytes are enough for every answer. */
export const DETECT_BYTES = USTAR_OFFSET + USTAR.length;

/** How a tar set is compressed, by the first bytes of its plain data: 'none' is a bare tar archive. Undefined: nothing that is known. */
export function detectCompression(firstBytes: Uint8Array): Compression | undefined {
  const bytes = Buffer.from(firstBytes.buffer, firstBytes.byteOffset, firstBytes.byteLength);
  const found = MAGICS.find(([, magic]) => bytes.subarray(0, magic.length).equals(magic));
  if (found !== undefined) return found[0];
  return bytes.subarray(USTAR_OFFSET, DETECT_BYTES).equals(USTAR) ? 'none' : undefined;
}
