import type { BytePath } from '@freezer/core';

const FIRST_SLOTS = 1024;

/**
 * Marks (bits of a number up to 255) on names, of which only 64 bits of a hash are kept: a million names take 18 MB at most, and that one of a
 * million others is taken for one of them happens once in ten million restores.
 */
export class NameMarks {
  #low = new Uint32Array(FIRST_SLOTS);
  #high = new Uint32Array(FIRST_SLOTS);
  #marks = new Uint8Array(FIRST_SLOTS);
  #size = 0;

  /** How many names have a mark. */
  get size(): number {
    return this.#size;
  }

  /** Adds to the marks of a name. */
  add(name: BytePath, mark: number): void {
    if (this.#size * 2 >= this.#marks.length) this.#grow();
    const [low, high] = hashesOf(name);
    const slot = this.#slotOf(low, high);
    if (this.#marks[slot] === 0) this.#size += 1;
    this.#put(slot, low, high, (this.#marks[slot] ?? 0) | mark);
  }

  /** 0 for a name that has none. */
  of(name: BytePath): number {
    const [low, high] = hashesOf(name);
    return this.#marks[this.#slotOf(low, high)] ?? 0;
  }

  #slotOf(low: number, high: number): number {
    const last = this.#marks.length - 1;
    let slot = low & last;
    while (this.#marks[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & last;
    return slot;
  }

  #put(slot: number, low: number, high: number, marks: number): void {
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#marks[slot] = marks;
  }

  #grow(): void {
    const [lows, highs, marks] = [this.#low, this.#high, this.#marks];
    const slots = marks.length * 2;
    this.#low = new Uint32Array(slots);
    this.#high = new Uint32Array(slots);
    this.#marks = new Uint8Array(slots);
    for (const [at, mark] of marks.entries()) {
      if (mark === 0) continue;
      const [low, high] = [lows[at] ?? 0, highs[at] ?? 0];
      this.#put(this.#slotOf(low, high), low, high, mark);
    }
  }
}

/** Two FNV-1a sums that begin differently, mixed so that names which differ in one char end up far apart. */
function hashesOf(name: string): readonly [low: number, high: number] {
  let low = 0x811c9dc5;
  let high = 0x9747b28c ^ name.length;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
    high ^= high >>> 15;
  }
  return [mix(low ^ (high >>> 7)), mix(high)];
}

function mix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}
