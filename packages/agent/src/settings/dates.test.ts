import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDate } from './dates.ts';

/** What to add to the local time of a zone to get UTC, in milliseconds. */
function offsetOf(zone: string): (milliseconds: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return (milliseconds) => Math.floor(milliseconds / 1000) * 1000 - Date.parse(`${format.format(milliseconds).replace(' ', 'T')}Z`);
}

const berlin = offsetOf('Europe/Berlin');
const iso = (text: string, offset = berlin): string | undefined => {
  const date = readDate(text, offset);
  return date && new Date(date.at * 1000).toISOString();
};

describe('dates', () => {
  test.each([
    ['2026-07-01T12:00:00', '2026-07-01T10:00:00.000Z'],
    ['2026-01-01 12:00:00', '2026-01-01T11:00:00.000Z'],
    ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00.000Z'],
    ['2026-07-01T12:00:00.250+05:30', '2026-07-01T06:30:00.000Z'],
    ['2026-07-01T12:00:00-0800', '2026-07-01T20:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  test.each(['2026-02-30T00:00:00', '2026-13-01T00:00:00', '2026-01-01T24:00:00', '2026-01-01T00:60:00', '2026-01-01', 'yesterday', '1234567890', '', '2026-01-01T00:00:00 CET'])('%j is none', (text) => {
    expect(readDate(text)).toBeUndefined();
  });

  test('of an hour that occurs twice the later one is taken, and said (FIELD N44)', () => {
    expect(readDate('2026-10-25T02:30:00', berlin)).toEqual({ at: Date.parse('2026-10-25T01:30:00Z') / 1000, note: expect.stringContaining('occurs twice') });
  });

  test('an hour that does not occur is said', () => {
    expect(readDate('2026-03-29T02:30:00', berlin)).toEqual({ at: Date.parse('2026-03-29T01:30:00Z') / 1000, note: expect.stringContaining('does not occur') });
  });

  test('every local time is read back, in six zones', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia'];
    fc.assert(
      fc.property(fc.integer({ min: 1_500_000_000, max: 2_000_000_000 }), fc.constantFrom(...zones), (at, zone) => {
        const offset = offsetOf(zone);
        const text = new Date(at * 1000 - offset(at * 1000)).toISOString().slice(0, 19);
        const date = readDate(text, offset);
        // The repeated time is at most an hour away, and is never before the instant.
        expect(date?.note === undefined ? date?.at : (date.at - at) % 1800).toBe(date?.note === undefined ? at : 0);
        expect(date?.at).toBeGreaterThanOrEqual(at);
      }),
      { numRuns: 300 },
    );
  });
});
