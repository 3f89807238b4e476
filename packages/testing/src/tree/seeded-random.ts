/** Random numbers that a seed repeats. */
export interface SeededRandom {
  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number;
  /** Bytes that no compressor makes smaller. */
  bytes(length: number): Buffer;
  /** One of them. The list must not be empty. */
  pick<Item>(items: readonly Item[]): Item;
}

/** Marsaglia's xorshift with 32 bits of state: fast, repeatable, and not for secrets. */
export function createSeededRandom(seed: number): SeededRandom {
  // A state of 0 would stay 0; neighbouring seeds are pulled apart.
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ 0x5bf03635) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    integer: (below) => next() % below,
    bytes: (length) => {
      const words = new Uint32Array(Math.ceil(length / 4));
      for (let index = 0; index < words.length; index += 1) words[index] = next();
      return Buffer.from(words.buffer, 0, length);
    },
    pick: (items) => {
      const item = items[next() % items.length];
      if (item === undefined) throw new TypeError('pick: the list is empty');
      return item;
    },
  };
}

const WORDS =
  'the of to data file backup level restore error info warning user service connection time host server started stopped request id value null true'.split(' ');
const BLOCK_BYTES = 4096;

/** Bytes as a disk holds them: mostly text that shrinks to about a third, with parts that do not shrink. */
export function realisticBytes(random: SeededRandom, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let made = 0; made < length; made += BLOCK_BYTES) {
    const size = Math.min(BLOCK_BYTES, length - made);
    parts.push(random.integer(10) < 3 ? random.bytes(size) : textBytes(random, size));
  }
  return Buffer.concat(parts);
}

function textBytes(random: SeededRandom, length: number): Buffer {
  let text = '';
  while (text.length < length) text += `${random.pick(WORDS)} ${random.integer(5) === 0 ? `${random.integer(1_000_000)}\n` : ''}`;
  return Buffer.from(text.slice(0, length), 'latin1');
}
