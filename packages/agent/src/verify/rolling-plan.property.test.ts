import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planRollingRun, type RollingRecord, type RollingUnit, runsOfShare } from './rolling-plan.ts';

const percents = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.double({ min: 0.5, max: 100, noNaN: true }),
  fc.constantFrom(10, 20, 25, 33.3, 50, 100 / 3, 100 / 7),
);
const unitOf = (number: number): RollingUnit => ({ key: `unit ${number}`, t: 1000 + (number % 7) * 10 + number });

/** What a state file remembers, run by run. */
class Night {
  records = new Map<string, RollingRecord>();
  run = 0;

  /** Resolves to the keys that were read; `fails` are those that were found damaged. */
  next(units: readonly RollingUnit[], percent: number, fails: ReadonlySet<string> = new Set()): readonly string[] {
    this.run += 1;
    this.records = new Map(units.map(({ key }) => [key, this.records.get(key) ?? { seen: this.run, read: 0, at: 0 }]));
    const chosen = planRollingRun({ units, records: this.records, run: this.run, percent });
    for (const { key } of chosen) {
      const before = this.records.get(key);
      if (before && !fails.has(key)) this.records.set(key, { ...before, read: this.run, at: this.run });
    }
    return chosen.map(({ key }) => key);
  }
}

test('of what does not change, each run reads its share and no more, and all is read within ceil(100/p) runs, again and again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 120 }), percents, (count, percent) => {
      const units = Array.from({ length: count }, (_, number) => unitOf(number));
      const night = new Night();
      for (let round = 0; round < 3; round += 1) {
        const read = new Set<string>();
        for (let run = 0; run < runsOfShare(percent); run += 1) {
          const keys = night.next(units, percent);
          expect(keys.length).toBeLessThanOrEqual(Math.ceil((count * percent) / 100));
          for (const key of keys) read.add(key);
        }
        expect(read.size).toBe(count);
      }
    }),
    { numRuns: 60 },
  );
});

/** Which numbers are there in each run: some come, some go. */
const histories = fc
  .array(fc.record({ come: fc.integer({ min: 0, max: 12 }), go: fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 6 }) }), {
    minLength: 1,
    maxLength: 45,
  })
  .map((nights) => {
    let next = 0;
    let there: number[] = [];
    return nights.map(({ come, go }) => {
      there = there.filter((number) => !go.includes(number));
      for (let made = 0; made < come; made += 1) there.push(next++);
      return there;
    });
  });

test('whatever comes and goes, what is there for ceil(100/p) runs is read in them', () => {
  fc.assert(
    fc.property(histories, percents, (history, percent) => {
      const runs = runsOfShare(percent);
      const night = new Night();
      const read = history.map((there) => new Set(night.next(there.map(unitOf), percent)));
      for (let first = 0; first + runs <= history.length; first += 1) {
        const window = history.slice(first, first + runs);
        for (const number of window[0] ?? []) {
          if (!window.every((there) => there.includes(number))) continue;
          expect({ number, read: read.slice(first, first + runs).some((keys) => keys.has(unitOf(number).key)) }).toEqual({ number, read: true });
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('what is damaged keeps nothing else from its turn', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), percents, fc.integer({ min: 1, max: 5 }), (count, percent, every) => {
      const units = Array.from({ length: count }, (_, number) => unitOf(number));
      const fails = new Set(units.filter((_, number) => number % (every + 1) === 0).map(({ key }) => key));
      const night = new Night();
      const read = new Set<string>();
      for (let run = 0; run < runsOfShare(percent); run += 1) for (const key of night.next(units, percent, fails)) read.add(key);
      expect(read.size).toBe(count);
    }),
  );
});

test('never read comes first, the newest of all first; the order in which the units are given means nothing', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      percents,
      (numbers, fresh, percent) => {
        const units = numbers.map(unitOf);
        const known = units.slice(fresh);
        const records = new Map(known.map(({ key }, index) => [key, { seen: 1, read: 3 + (index % 3), at: 1 }]));
        const chosen = planRollingRun({ units, records, run: 6, percent });
        const [first] = units.slice(0, fresh).toSorted((a, b) => b.t - a.t);
        expect(chosen[0]).toEqual(first);
        expect(planRollingRun({ units: units.toReversed(), records, run: 6, percent })).toEqual(chosen);
      },
    ),
  );
});
