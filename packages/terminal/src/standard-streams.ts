import { writeSync } from 'node:fs';

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);

/** So long a reader that stands still is waited for. */
const PATIENCE_MS = 1000;

/** Writes to standard error, at once and whole. When nobody can read it, the exit code still tells. */
export function complain(text: string): void {
  let rest = Buffer.from(text);
  const until = performance.now() + PATIENCE_MS;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(2, rest));
    } catch (error) {
      // A pipe whose reader is slow.
      if (codeOf(error) !== 'EAGAIN' || performance.now() > until) return;
    }
  }
}

/** Why the standard output cannot be written, for one line. */
export function outputFailure(error: unknown): string {
  const code = codeOf(error);
  return `standard output cannot be written (${typeof code === 'string' ? code : String(error)})`;
}

/** Whether its reader is gone, as behind `| head`. */
export const isReaderGone = (error: unknown): boolean => codeOf(error) === 'EPIPE';

/**
 * Prints a whole text and resolves to the exit code: 0, also when its reader is gone, or 1 after a line on standard error that begins
 * with `speaker`, as on a full disk. Never rejects.
 */
export function printText(text: string, speaker: string): Promise<0 | 1> {
  return new Promise((resolve) => {
    // The write that failed says so itself.
    process.stdout.once('error', () => undefined);
    process.stdout.write(text, (error) => {
      if (!error || isReaderGone(error)) return resolve(0);
      complain(`${speaker}: ${outputFailure(error)}\n`);
      resolve(1);
    });
  });
}
