import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatLocal, formatUtc, parseDate } from './time.ts';

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo', 'UTC'] as const;
const YEAR_2040 = 2_208_988_800;
const instants = fc.integer({ min: 0, max: YEAR_2040 });
/** Within three hours of the changes of 2026, where mistakes live. */
const nearChanges = fc
  .tuple(
    fc.constantFrom('2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-03-08T07:00Z', '2026-11-01T06:00Z', '2026-04-04T15:00Z', '2026-10-03T15:30Z'),
    fc.integer({ min: -10_800, max: 10_800 }),
  )
  .map(([change, seconds]) => Date.parse(change) / 1000 + seconds);
const anyInstant = fc.oneof(instants, nearChanges);

test.each(ZONES)('%s: a local time with its offset is that instant again', (zone) => {
  fc.assert(fc.property(anyInstant, (at) => expect(parseDate(formatLocal(at, zone))).toEqual({ at })));
});

test.each(ZONES)('%s: a local time without offset is that instant, or the later one of the same clock, and then it says so', (zone) => {
  fc.assert(
    fc.property(anyInstant, (at) => {
      const clock = formatLocal(at, zone).slice(0, 19);
      const { at: parsed, note } = parseDate(clock, { zone });
      expect(formatLocal(parsed, zone).slice(0, 19)).toBe(clock);
      expect(parsed).toBeGreaterThanOrEqual(at);
      // When the earlier of two was given, the answer is another instant and must have a note.
      if (parsed !== at) expect(note).toContain('twice');
    }),
  );
});

test.each(ZONES)('%s: any clock time has an answer that is not before the clock', (zone) => {
  fc.assert(
    fc.property(
      anyInstant.filter((wall) => wall > 86_400),
      (wall) => {
        const text = formatUtc(wall).slice(0, 19);
        const { at, note } = parseDate(text, { zone });
        const shown = formatLocal(at, zone).slice(0, 19);
        if (note?.includes('does not exist')) expect(shown > text).toBe(true);
        else expect(shown).toBe(text);
      },
    ),
  );
});

test('UTC text goes both ways', () => {
  fc.assert(fc.property(instants, (at) => expect(parseDate(formatUtc(at)).at).toBe(at)));
});
