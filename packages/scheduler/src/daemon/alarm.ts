/** The longest sleep: the clock of the host may be set meanwhile. */
const LONGEST_MS = 1000;
/** Less is drift, or a busy host. */
const JUMP_MS = 2000;

export interface AlarmOptions {
  /** When something is due, epoch milliseconds; undefined: nothing is. */
  readonly next: () => number | undefined;
  readonly ring: () => void;
  /** The clock was set, by so many seconds. */
  readonly jumped: (seconds: number) => void;
}

/** Rings when something is due by the clock of the host, and notices when that is set. */
export class Alarm {
  readonly #options: AlarmOptions;
  #timer: NodeJS.Timeout | undefined;
  #offset = Date.now() - performance.now();
  #closed = false;

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /** Looks anew at what is due. */
  set(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const next = this.#options.next();
    const wait = next === undefined ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(0, next - Date.now()));
    this.#timer = setTimeout(() => this.#wake(), wait);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #wake(): void {
    const offset = Date.now() - performance.now();
    const jump = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(jump) >= JUMP_MS) this.#options.jumped(jump / 1000);
    const next = this.#options.next();
    if (next !== undefined && next <= Date.now()) this.#options.ring();
    this.set();
  }
}
