import { describe, expect, test } from '@jest/globals';
import { FreezerError } from './errors.ts';
import { formatLocal, formatUtc, parseDate, zoneOffset } from './time.ts';

const utc = (text: string): number => Date.parse(text) / 1000;

describe('parseDate', () => {
  test.each([
    ['2026-11-21T15:34:27', '2026-11-21T14:34:27Z'],
    ['2026-11-21 15:34:27', '2026-11-21T14:34:27Z'],
    [' 2026-11-21T15:34 ', '2026-11-21T14:34:00Z'],
    ['2026-11-21', '2026-11-20T23:00:00Z'],
    ['2026-11-21T15:34:27Z', '2026-11-21T15:34:27Z'],
    ['2026-11-21T15:34:27.999Z', '2026-11-21T15:34:27Z'],
    ['2026-11-21T15:34:27+05:30', '2026-11-21T10:04:27Z'],
    ['2026-11-21T15:34:27-03:00', '2026-11-21T18:34:27Z'],
    ['1972-01-01T00:00:00-00:44:30', '1972-01-01T00:44:30Z'],
  ])('%s is %s, with Berlin as the local zone', (text, expected) => {
    expect(parseDate(text, { zone: 'Europe/Berlin' })).toEqual({ at: utc(expected) });
  });

  test('without zone the clock of the process counts', () => {
    expect(parseDate('2026-07-01T12:00:00').at).toBe(new Date(2026, 6, 1, 12, 0, 0).getTime() / 1000);
  });

  test.each([
    '',
    'yesterday',
    '2026-02-30T00:00:00',
    '2026-13-01',
    '2026-11-21T24:00:00',
    '2026-11-21T10:60',
    '2026-1-2',
    '2026-11-21T10:00:00+25:00',
    '1969-12-31',
    '2026-11-21T',
    '1795243884',
  ])('refuses %j in one line that says what is allowed', (text) => {
    const failure = failureOf(() => parseDate(text));
    expect(FreezerError.is(failure, 'invalid')).toBe(true);
    expect(String(failure)).toMatch(/allowed: [^\n]+$/);
  });

  test('refuses a zone that is not known', () => {
    expect(() => parseDate('2026-11-21', { zone: 'Middle/Earth' })).toThrow(/time zone 'Middle\/Earth'/);
  });
});

describe('N44: hours that occur twice or not at all', () => {
  test.each([
    ['Europe/Berlin', '2026-10-25T02:30:00', '2026-10-25T01:30:00Z', 'twice'],
    ['Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:00:00Z', 'does not exist'],
    ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T06:30:00Z', 'twice'],
    ['America/New_York', '2026-03-08T02:00:00', '2026-03-08T07:00:00Z', 'does not exist'],
    // Half an hour, the smallest shift in use.
    ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T15:15:00Z', 'twice'],
    ['Australia/Lord_Howe', '2026-10-04T02:15:00', '2026-10-03T15:30:00Z', 'does not exist'],
    // Midnight itself was skipped.
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z', 'does not exist'],
    // A whole day was.
    ['Pacific/Apia', '2011-12-30T12:00:00', '2011-12-30T10:00:00Z', 'does not exist'],
  ])('%s %s is %s: %s', (zone, text, expected, word) => {
    const parsed = parseDate(text, { zone });
    expect(formatUtc(parsed.at)).toBe(expected);
    expect(parsed.note).toContain(word);
    expect(parsed.note).toContain(formatLocal(parsed.at, zone));
    expect(parsed.note).not.toContain('\n');
  });

  test('the last second before a gap and the first of a repeated hour are no special case', () => {
    expect(parseDate('2026-03-29T01:59:59', { zone: 'Europe/Berlin' })).toEqual({ at: utc('2026-03-29T00:59:59Z') });
    expect(parseDate('2026-03-29T03:00:00', { zone: 'Europe/Berlin' })).toEqual({ at: utc('2026-03-29T01:00:00Z') });
    expect(parseDate('2026-10-25T03:00:00', { zone: 'Europe/Berlin' })).toEqual({ at: utc('2026-10-25T02:00:00Z') });
  });

  test('each of the two hours can be named by its offset', () => {
    expect(parseDate('2026-10-25T02:30:00+02:00', { zone: 'Europe/Berlin' })).toEqual({ at: utc('2026-10-25T00:30:00Z') });
    expect(parseDate('2026-10-25T02:30:00+01:00', { zone: 'Europe/Berlin' })).toEqual({ at: utc('2026-10-25T01:30:00Z') });
  });
});

test('formats', () => {
  expect(formatUtc(1_795_243_884)).toBe('2026-11-21T06:51:24Z');
  expect(formatLocal(1_795_243_884, 'Asia/Kolkata')).toBe('2026-11-21T12:21:24+05:30');
  expect(formatLocal(1_795_243_884, 'America/Sao_Paulo')).toBe('2026-11-21T03:51:24-03:00');
  expect(zoneOffset(1_795_243_884.7, 'Asia/Kolkata')).toBe(19_800);
});

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new TypeError('did not fail');
}
