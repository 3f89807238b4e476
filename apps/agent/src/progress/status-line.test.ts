import { expect, test } from '@jest/globals';
import { StatusLine } from './status-line.ts';

/** What a terminal shows after some text: just enough of one for a single line that is drawn anew. */
function screenOf(text: string): string {
  const rows = [''];
  let column = 0;
  for (const [part] of text.matchAll(/\u001b\[K|./gsu)) {
    const row = rows.at(-1) ?? '';
    if (part === '\n') rows.push('');
    if (part === '\n' || part === '\r') column = 0;
    else if (part === '\u001b[K') rows[rows.length - 1] = row.slice(0, column);
    else {
      rows[rows.length - 1] = row.slice(0, column) + part + row.slice(column + 1);
      column += 1;
    }
  }
  return rows.join('\n');
}

function open() {
  const written: string[] = [];
  const line = new StatusLine({ columns: () => 40, write: (text) => void written.push(text) });
  return { line, written, screen: () => screenOf(written.join('')) };
}

test('the line is drawn anew in its place, whatever its length was', () => {
  const { line, screen, written } = open();
  line.show('a long line');
  line.show('short');
  expect(screen()).toBe('short');
  line.show('short');
  expect(written).toHaveLength(2);
  line.clear();
  line.clear();
  expect(screen()).toBe('');
  expect(written).toHaveLength(3);
});

test('what is printed stands above it', () => {
  const { line, screen } = open();
  line.print('first\n');
  line.show('50 %');
  line.print('a line of the log\n');
  expect(screen()).toBe('first\na line of the log\n');
  line.show('50 %');
  expect(screen()).toBe('first\na line of the log\n50 %');
});

test('it leaves the last column free, and ends well with its terminal', () => {
  let isGone = false;
  const write = (): void => {
    if (isGone) throw new Error('EIO');
  };
  const line = new StatusLine({ columns: () => 80, write });
  expect(line.columns).toBe(79);
  line.show('x');
  isGone = true;
  expect(() => line.show('y')).toThrow('EIO');
  line.clear();
});
