import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatTime } from './format-time.ts';
import { textFormat } from './line-format.ts';

const PYTHON = '/usr/bin/python3';

/** What Python prints for a program and its input, one JSON document each. */
function ask(program: string, input: unknown): unknown {
  return JSON.parse(execFileSync(PYTHON, ['-c', `import json, sys\n${program}`], { input: JSON.stringify(input), encoding: 'utf8' }));
}

test('times are written as by Python', () => {
  const instants = fc.sample(fc.integer({ min: 0, max: 4_000_000_000 }), { seed: 1, numRuns: 2000 });
  const pattern = '%Y %y %m %d %e %H %I %M %S %p %j %a %A %b %h %B %w %u %U %W %s %F %T %R %D %x %X %c %%';
  const theirs = ask(`import datetime\nprint(json.dumps([datetime.datetime.fromtimestamp(t).strftime('${pattern}') for t in json.load(sys.stdin)]))`, instants);
  expect(instants.map((at) => formatTime(new Date(at * 1000), pattern))).toEqual(theirs);
});

test('formats are filled as by Python', () => {
  const name = fc.constantFrom('levelname', 'levelno', 'message', 'msecs', 'process');
  const part = fc
    .tuple(name, fc.constantFrom('', '-', '0'), fc.constantFrom('', '3', '12'), fc.constantFrom('', '.2'))
    .map(([key, flag, width, precision]) => (/levelname|message/.test(key) ? `%(${key})${flag}${width}${precision}s` : `%(${key})${flag}${width}d`));
  const patterns = fc.sample(fc.array(fc.oneof(part, fc.constantFrom('%%', ' - ', 'x')), { minLength: 1, maxLength: 6 }), { seed: 2, numRuns: 500 });
  const texts = patterns.map((parts) => parts.join('')).filter((text) => text.includes('%('));
  const values = { levelname: 'ERROR', levelno: 40, message: 'some text', msecs: 7, process: 4711 };
  const theirs = ask('values, patterns = json.load(sys.stdin)\nprint(json.dumps([p % values for p in patterns]))', [values, texts]);
  const record = {
    name: 'freezer_agent',
    level: 'ERROR',
    message: 'some text',
    at: new Date(2026, 0, 1, 0, 0, 0, 7),
    pid: 4711,
    hostname: 'vm',
    fields: {},
  } as const;
  expect(texts.map((text) => textFormat(text, undefined, 'x')(record))).toEqual(theirs);
});
