const PRIME = 0x01_00_01_93;
const START = 0x81_1c_9d_c5;

/** A part of `most` (milliseconds, whole ones) that is always the same for a name, and spread evenly over names. */
export function jitterOf(most: number, name: string): number {
  if (most <= 0) return 0;
  let hash = START;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, PRIME);
  // Names that differ only in their last letter must not lie beside each other.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return Math.floor((((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * (most + 1));
}
