import { displayPath } from '@freezer/core';
import { formatBytes, formatSeconds, printable, textWidth } from '@freezer/terminal';
import type { ProgressView } from './progress-view.ts';

/** A path that is cut shorter says nothing any more. */
const LEAST_PATH = 8;

/** The text from its beginning on, as far as it fits into so many columns of a terminal. */
function cutEnd(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const char of text) {
    width += textWidth(char);
    if (width > columns) break;
    kept += char;
  }
  return kept;
}

/** A path in so many columns: what is at its end says more than what is at its beginning. */
function cutBegin(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let width = 1;
  let kept = '';
  for (const char of [...text].toReversed()) {
    width += textWidth(char);
    if (width > columns) break;
    kept = char + kept;
  }
  return `…${kept}`;
}

/** One line for a terminal of so many columns, without its end: bytes, rate, time left, and the path that was reached as far as it fits. */
export function progressLine(action: string, view: ProgressView, columns: number): string {
  const { bytes, total, estimated, rate, secondsLeft, path } = view;
  const parts = [action, total === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${estimated ? '~' : ''}${formatBytes(total)}`];
  if (total !== undefined && total > 0) parts.push(`${Math.min(100, Math.floor((bytes / total) * 100))} %`);
  if (rate !== undefined) parts.push(`${formatBytes(Math.round(rate))}/s`);
  if (secondsLeft !== undefined) parts.push(`${estimated ? '~' : ''}${secondsLeft < 10 ? `${Math.ceil(secondsLeft)} s` : formatSeconds(secondsLeft)} left`);
  const facts = parts.join('  ');
  const room = columns - textWidth(facts) - 2;
  if (path === undefined || path === '.' || room < LEAST_PATH) return cutEnd(facts, columns);
  return `${facts}  ${cutBegin(printable(displayPath(path)), room)}`;
}
