import { displayPath } from '@freezer/core';
import { formatJson } from '@freezer/terminal';
import type { ProgressView } from './progress-view.ts';

export interface ProgressMoment {
  readonly action: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Nothing comes after it, whether the run went well or not. */
  readonly last: boolean;
}

const tenths = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value * 10) / 10);

/** One line of `--progress json`, ended. Every key is always there; null is for what is not known. */
export const progressJson = (view: ProgressView, { action, at, last }: ProgressMoment): string =>
  formatJson({
    type: 'progress',
    action,
    time: new Date(at).toISOString(),
    seconds: tenths(view.seconds),
    bytes: view.bytes,
    total: view.total ?? null,
    estimated: view.estimated,
    rate: view.rate === undefined ? null : Math.round(view.rate),
    seconds_left: tenths(view.secondsLeft),
    path: view.path === undefined ? null : displayPath(view.path),
    last,
  });
