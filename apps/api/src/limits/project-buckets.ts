export interface BucketRules {
  readonly perMinute: number;
  /** How many may come at once. */
  readonly burst: number;
}

interface Bucket {
  left: number;
  at: number;
}

const MOST_BUCKETS = 100_000;
const MINUTE_MS = 60_000;

/** Counts the requests of each project: a bucket fills steadily, each request takes one. */
export class ProjectBuckets {
  readonly #rules: BucketRules;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `now` in milliseconds that never go back. */
  constructor(rules: BucketRules, now: () => number = () => performance.now()) {
    this.#rules = rules;
    this.#now = now;
  }

  /** Takes one for a request: 0, or after how many seconds there will be one again. */
  take(project: string): number {
    const { perMinute, burst } = this.#rules;
    const now = this.#now();
    const bucket = this.#buckets.get(project) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) * perMinute) / MINUTE_MS);
    bucket.at = now;
    this.#buckets.delete(project);
    this.#buckets.set(project, bucket);
    if (this.#buckets.size > MOST_BUCKETS) this.#forgetOldest();
    if (bucket.left < 1) return Math.max(1, Math.ceil(((1 - bucket.left) * 60) / perMinute));
    bucket.left -= 1;
    return 0;
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
