import { expect, test } from '@jest/globals';
import { readDocument } from './read-document.ts';

const read = (bytes: string | Uint8Array) => readDocument('-', async () => Buffer.from(bytes));

test('what is no UTF-8 is refused: it was kept as other signs, and a job backed up another path', async () => {
  const latin = Buffer.from('{"freezer_action": {"path_to_backup": "/srv/caf\u00e9"}}', 'latin1');
  await expect(read(latin)).rejects.toMatchObject({ code: 'corrupt', message: 'stdin: it is not UTF-8' });
  expect(await read('\uFEFF{"a": "caf\u00e9"}')).toEqual({ a: 'caf\u00e9' });
});

test('YAML: keys are merged, and what JSON cannot say or is endless is refused by name', async () => {
  expect(await read('a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n')).toEqual({ a: { x: 1 }, b: { x: 1, y: 2 } });
  await expect(read('a: {x: .inf}')).rejects.toMatchObject({ message: 'stdin: JSON has no number Infinity; in quotes it is a text' });
  const laughs = ['a: &a [x, x]', ...Array.from({ length: 8 }, (_, index) => `b${index}: &b${index} [${'*a, '.repeat(20)}*a]`)].join('\n');
  await expect(read(`${laughs}\nc: [${Array.from({ length: 8 }, (_, index) => `*b${index}`).join(', ')}]`)).rejects.toMatchObject({
    message: expect.stringMatching(/^stdin: Excessive alias count/),
  });
});
