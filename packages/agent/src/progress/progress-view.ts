import { type BytePath, type Clock, SYSTEM_CLOCK } from '@freezer/core';
import type { Progress } from './progress.ts';
import { RateWindow } from './rate-window.ts';

/** How far a run is at one moment. */
export interface ProgressView {
  /** Since the first look. */
  readonly seconds: number;
  readonly bytes: number;
  readonly total: number | undefined;
  readonly estimated: boolean;
  /** Bytes per second over the last ten seconds. */
  readonly rate: number | undefined;
  readonly secondsLeft: number | undefined;
  readonly path: BytePath | undefined;
}

/** Looks at the progress of a run. */
export class ProgressViewer {
  readonly #progress: Progress;
  readonly #clock: Clock;
  readonly #window = new RateWindow();
  readonly #beganAt: number;

  constructor(progress: Progress, clock: Clock = SYSTEM_CLOCK) {
    this.#progress = progress;
    this.#clock = clock;
    this.#beganAt = clock.now();
    this.#window.rate(this.#beganAt, progress.bytes);
  }

  /** Never rejects. */
  async look(): Promise<ProgressView> {
    const path = await this.#progress.path();
    const { bytes, total, estimated } = this.#progress;
    const now = this.#clock.now();
    const rate = this.#window.rate(now, bytes);
    return { seconds: (now - this.#beganAt) / 1000, bytes, total, estimated, rate, secondsLeft: secondsLeft(bytes, total, rate), path };
  }
}

/** At this rate; undefined where it stands still or no end is known. */
function secondsLeft(bytes: number, total: number | undefined, rate: number | undefined): number | undefined {
  if (total === undefined || rate === undefined || rate <= 0) return undefined;
  return Math.max(0, total - bytes) / rate;
}
