import crypto from 'node:crypto';

type Ssh2 = typeof import('ssh2');
type Fill = (target: Buffer, offset?: number, size?: number) => unknown;

/** The padding of a thousand packets and more. */
const POOL_BYTES = 16_384;
/** The padding of a packet has 19 bytes at most, the cookie of a handshake 16. */
const SMALL_BYTES = 32;

/** Draws many bytes at once, and hands them out a few at a time, each once. */
export function pooled(fill: Fill): Fill {
  const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  let used = POOL_BYTES;
  return (target, offset, size) => {
    // Whoever else asks while ssh2 is being loaded, and says less than it does, gets what it would have got.
    if (offset === undefined || size === undefined || size > SMALL_BYTES) return fill(target, offset, size);
    if (used + size > POOL_BYTES) {
      fill(pool, 0, POOL_BYTES);
      used = 0;
    }
    pool.copy(target, offset, used, used + size);
    used += size;
    return target;
  };
}

let loading: Promise<Ssh2> | undefined;

/**
 * ssh2, which draws the padding of each packet from OpenSSL: that takes more than half as long as to encipher the 32 KiB beside it. It takes the function
 * for it when it is loaded, and finds one that draws for many packets then; nobody else does later.
 */
export function loadSsh2(): Promise<Ssh2> {
  loading ??= loadWithPool();
  return loading;
}

async function loadWithPool(): Promise<Ssh2> {
  const { randomFillSync } = crypto;
  Object.assign(crypto, { randomFillSync: pooled(randomFillSync) });
  try {
    const { default: ssh2 } = await import('ssh2');
    return ssh2;
  } finally {
    Object.assign(crypto, { randomFillSync });
  }
}
