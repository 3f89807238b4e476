/** Microseconds since 1970, each later than the one before. Processes agree as far as the clocks of their hosts do. */
export class CreationClock {
  #last = 0;

  next(): number {
    this.#last = Math.max(this.#last + 1, Math.floor((performance.timeOrigin + performance.now()) * 1000));
    return this.#last;
  }
}
