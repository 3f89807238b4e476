import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { nextTime } from './next-run.ts';
import { parseSchedule } from './parse-schedule.ts';

// What APScheduler 3.9.1 of Debian 12 (which the other scheduler stands on) makes of the same expressions.
const ORACLE = `
import json, signal, sys
from datetime import datetime, timedelta
import pytz
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
class Late(Exception): pass
def late(*_): raise Late()
signal.signal(signal.SIGALRM, late)
answers = []
for case in json.load(sys.stdin):
    zone = pytz.timezone(case['zone'])
    now = datetime.fromtimestamp(case['after'] + 1, zone)
    end = datetime(2046, 1, 1, tzinfo=pytz.utc)
    times, last = [], None
    signal.setitimer(signal.ITIMER_REAL, 5)
    try:
        if 'interval' in case:
            trigger = IntervalTrigger(start_date=datetime.fromtimestamp(case['start'], zone), end_date=end, timezone=zone, **case['interval'])
        else:
            trigger = CronTrigger(timezone=zone, end_date=end, **case['fields'])
        for _ in range(4):
            last = trigger.get_next_fire_time(last, now if last is None else last)
            if last is None: break
            times.append(int(last.timestamp()))
        answers.append(times)
    except Late:
        answers.append('late')
    except ValueError:
        answers.append('invalid')
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
json.dump(answers, sys.stdout)
`;

type Answer = readonly number[] | 'invalid' | 'late';

interface Case {
  readonly zone: string;
  /** Seconds. */
  readonly after: number;
  readonly fields?: Readonly<Record<string, string>>;
  readonly interval?: Readonly<Record<string, number>>;
  readonly start?: number;
}

/** Where we differ, as the specification decides: what is asked, what APScheduler takes it for, what we take it for; undefined: it is refused. */
const DEVIATIONS: readonly (readonly [string, Fields, Fields, Fields | undefined])[] = [
  ['a step behind names is meant', { day_of_week: 'mon-fri/2' }, { day_of_week: 'mon-fri' }, { day_of_week: '0,2,4' }],
  ['a name may begin a step', { month: 'feb/3' }, { month: 'feb' }, { month: '2,5,8,11' }],
  ['a range may begin with a name and end with a number', { day_of_week: 'mon-4' }, { day_of_week: 'mon' }, { day_of_week: '0-4' }],
  ['what stands behind a name is a mistake', { month: 'jan of 2027' }, { month: 'jan' }, undefined],
  ['what stands behind a position is a mistake', { day: '2nd fri!' }, { day: '2nd fri' }, undefined],
  ['what stands behind last is a mistake', { day: 'lastly' }, { day: 'last' }, undefined],
];

type Fields = Readonly<Record<string, string>>;

const END = Date.UTC(2046, 0, 1) / 1000;

function askOracle(cases: readonly Case[]): readonly Answer[] {
  return JSON.parse(
    execFileSync('/usr/bin/python3', ['-c', ORACLE], { input: JSON.stringify(cases), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  ) as Answer[];
}

function ours({ zone, after, fields, interval, start }: Case): Answer {
  const [unit, count] = Object.entries(interval ?? {})[0] ?? [];
  const schedule =
    fields === undefined
      ? { schedule_interval: `${count} ${unit}`, schedule_start_date: new Date((start ?? 0) * 1000).toISOString() }
      : Object.fromEntries(Object.entries(fields).map(([name, text]) => [`schedule_${name}`, text]));
  const reading = parseSchedule(schedule, { zone, jitter: 0, misfireGrace: 0 });
  if (!reading.ok) return /no such day/.test(reading.problem) ? [] : 'invalid';
  const times: number[] = [];
  let last = after * 1000;
  for (let count = 0; count < 4; count += 1) {
    const next = nextTime(reading.plan.trigger, last, { zone, anchor: 0 });
    if (next === undefined || next / 1000 > END) break;
    times.push(next / 1000);
    last = next;
  }
  return times;
}

/** The same numbers at each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS = {
  month: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'JUL', 'aug', 'sep', 'oct', 'nov', 'dec', 'foo'],
  day_of_week: ['mon', 'tue', 'wed', 'thu', 'FRI', 'sat', 'sun', 'xyz'],
} as const;
const POSITIONS = ['1st', '2nd', '3rd', '4th', '5th', 'last'];
const RANGES = {
  year: [2026, 2044],
  month: [1, 12],
  day: [1, 31],
  week: [1, 53],
  day_of_week: [0, 6],
  hour: [0, 23],
  minute: [0, 59],
  second: [0, 59],
} as const;
type Name = keyof typeof RANGES;

function part(name: Name, pick: (below: number) => number): string {
  const [low, high] = RANGES[name];
  // One in twenty lies outside.
  const number = (): string => String(low + pick(high - low + 1) + (pick(20) === 0 ? 30 : 0));
  const words = name === 'month' || name === 'day_of_week' ? WORDS[name] : undefined;
  const word = (): string => (words ? (words[pick(words.length)] ?? '') : number());
  switch (pick(name === 'day' ? 10 : 8)) {
    case 0:
      return '*';
    case 1:
      return `*/${1 + pick(high - low + 2)}`;
    case 2:
      return `${number()}-${number()}`;
    case 3:
      return `${number()}-${number()}/${pick(9)}`;
    case 4:
      return `${number()}/${1 + pick(9)}`;
    case 5:
      return word();
    case 6:
      return words ? `${word()}-${word()}` : number();
    case 8:
      return 'last';
    case 9:
      return `${POSITIONS[pick(6)]} ${WORDS.day_of_week[pick(8)]}`;
    default:
      return number();
  }
}

function cronCases(count: number, zone: string, seed: number): readonly Case[] {
  const pick = random(seed);
  return Array.from({ length: count }, () => {
    const fields: Record<string, string> = {};
    for (const name of Object.keys(RANGES) as Name[]) {
      if (pick(name === 'year' || name === 'week' ? 12 : 3) !== 0) continue;
      fields[name] = Array.from({ length: 1 + pick(5) * pick(2) }, () => part(name, pick)).join(pick(2) === 0 ? ',' : ' , ');
    }
    if (Object.keys(fields).length === 0) fields['hour'] = '4';
    return { zone, after: Date.UTC(2026, 0, 1) / 1000 + pick(4 * 366 * 86_400), fields };
  });
}

/** Cases whose answers differ and should not. */
function surprises(cases: readonly Case[]): readonly string[] {
  const oracle = askOracle(cases);
  return cases.flatMap((one, index) => {
    const theirs = oracle[index];
    const mine = ours(one);
    if (theirs === 'late' || JSON.stringify(theirs) === JSON.stringify(mine)) return [];
    return [`${JSON.stringify(one)}: APScheduler ${JSON.stringify(theirs)}, here ${JSON.stringify(mine)}`];
  });
}

describe('APScheduler 3.9.1', () => {
  it.each([
    ['UTC', 4000, 1],
    ['Asia/Kolkata', 1000, 2],
  ] as const)('%s: %i random cron schedules come at the same times, or are refused by both', (zone, count, seed) => {
    const cases = cronCases(count, zone, seed);
    expect(surprises(cases)).toEqual([]);
    const valid = cases.filter((one) => ours(one) !== 'invalid');
    expect(valid.length).toBeGreaterThan(count / 4);
    expect(valid.length).toBeLessThan(count);
  });

  it.each(DEVIATIONS)('differs on purpose: %s', (_, asked, taken, meant) => {
    const caseOf = (fields: Fields): Case => ({ zone: 'UTC', after: Date.UTC(2026, 0, 1) / 1000, fields });
    const [theirs, same] = askOracle([caseOf(asked), caseOf(taken)]);
    expect(theirs).toEqual(same);
    expect(ours(caseOf(asked))).toEqual(meant === undefined ? 'invalid' : ours(caseOf(meant)));
  });

  it('Europe/Berlin: times of the day are the same, but on days on which the clock is turned', () => {
    const cases = cronCases(1500, 'Europe/Berlin', 3).filter(({ fields }) => !(fields && ('second' in fields || 'minute' in fields)));
    const turned = (time: number): boolean => {
      const date = new Date(time * 1000);
      return [2, 9].includes(date.getUTCMonth()) && date.getUTCDate() >= 24;
    };
    const isPlain = (one: Case): boolean => {
      const mine = ours(one);
      return mine === 'invalid' || (mine !== 'late' && ![one.after, ...mine].some(turned));
    };
    const plain = cases.filter(isPlain);
    expect(plain.length).toBeGreaterThan(300);
    expect(surprises(plain)).toEqual([]);
  });

  it('2000 random intervals from a start date come at the same times', () => {
    const pick = random(4);
    const cases = Array.from({ length: 2000 }, (): Case => {
      const unit = ['weeks', 'days', 'hours', 'minutes', 'seconds'][pick(5)] ?? 'days';
      const start = Date.UTC(2026, 0, 1) / 1000 + pick(366 * 86_400);
      return { zone: 'UTC', after: start - 86_400 + pick(400 * 86_400), start, interval: { [unit]: 1 + pick(100) } };
    });
    expect(surprises(cases)).toEqual([]);
  });
});
