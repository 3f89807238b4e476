/**
 * A time as `utimes` of Node takes it, exact to the microsecond: it has no call for nanoseconds, turns a negative number into the time of
 * now, and cuts a fraction off after the sixth digit.
 */
export function utimesText(ns: bigint): string {
  const micros = ns / 1000n - (ns % 1000n < 0n ? 1n : 0n);
  const size = micros < 0n ? -micros : micros;
  const fraction = size % 1_000_000n;
  if (fraction === 0n) return String(micros / 1_000_000n);
  // Half a microsecond more, lest the nearest double lie in the one before.
  return `${micros < 0n ? '-' : ''}${size / 1_000_000n}.${String(fraction).padStart(6, '0')}${micros < 0n ? '' : '5'}`;
}
