import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A directory that changes its name again and again, with the files that it has at the beginning. */
const FILES: readonly string[] = [
  ...['a/x', 'a/in/y', 'b/z', 'b/in/z2', 'c/1', 'c/in/2', 'd/1', 'd/in/3', 'e/4', 'e/in/5', 'f/6', 'g/7', 'h/8'],
  ...['p/q/r/9', 'p/q/10', 'p/11', 's/same', 't/same', 'keep/12', 'out/13', 'gone/14'],
];

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

export async function makeMovedTree(root: string): Promise<void> {
  for (const path of FILES) await write(join(root, path), `${path} of the begin\n`);
}

type Move = readonly [from: string, to: string];

/** What happens before each level from 1 on; '' as the new name: deleted. */
export type MovedSteps = readonly (readonly Move[])[];

const swap = (a: string, b: string): readonly Move[] => [
  [a, `${a}.tmp`],
  [b, a],
  [`${a}.tmp`, b],
];

/** Renamed, deleted, swapped, exchanged in a ring, moved into another: what rename records of tar tell right. */
export const PLAIN_STEPS: MovedSteps = [
  [['a', 'a2'], ['gone', ''], ...swap('f', 'g')],
  [
    ['f', 'f.tmp'],
    ['h', 'f'],
    ['g', 'h'],
    ['f.tmp', 'g'],
    ['p/q/r', 'keep/r'],
    ['out', 'e/out'],
  ],
  // Two that look alike, and a name that was free for a while.
  [...swap('s', 't'), ['a2', 'gone'], ['b', 'a']],
];

/** Directories with directories in them are swapped, or take another in and then the name of a third: tar records it late or in the wrong order. */
export const NESTED_STEPS: MovedSteps = [
  swap('c', 'd'),
  [
    ['e', 'a/e'],
    ['b', ''],
    ['a', 'b'],
  ],
  [],
];

/** All of it, and: a directory takes the name of the one that it takes in; what was inside holds what was outside. */
export const WILD_STEPS: MovedSteps = [
  [['a', 'a2'], ['gone', ''], ...swap('c', 'd')],
  [
    ['e', 'a2/e'],
    ['b', ''],
    ['a2', 'b'],
    ['c', 'd/c'],
    ['d', 'c'],
    ['out', 'p/out'],
  ],
  [['f', 'f.tmp'], ['h', 'f'], ['g', 'h'], ['f.tmp', 'g'], ['p/q', 'q'], ['p', 'q/p'], ...swap('s', 't')],
];

/** Makes the changes of a step, and a new file. */
export async function moveTree(root: string, moves: readonly Move[]): Promise<void> {
  for (const [from, to] of moves) {
    if (to === '') await rm(join(root, from), { recursive: true });
    else await rename(join(root, from), join(root, to));
  }
  await write(join(root, 'keep', `after ${moves.length} moves`), `${moves.length}\n`);
}
