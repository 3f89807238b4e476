import { execFileSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RestoreLab, type Tree, treeOf } from './restore-lab.fixture.ts';
import { runRestore } from './run-restore.ts';

let lab: RestoreLab;
beforeEach(async () => {
  lab = await RestoreLab.make();
});
afterEach(() => lab.remove());

type Maker = 'python' | 'ours';

/** Each step changes the source by commands (`mv a b`), before its level is made. */
interface Story {
  readonly name: string;
  readonly steps: readonly (readonly string[])[];
}

const TREE = ['mkdir -p a/s b c/x/y', 'put a/fa A', 'put a/s/fs S', 'put b/fb B', 'put c/fc C', 'put c/x/y/deep D', 'put top T'];

const STORIES: readonly Story[] = [
  { name: 'a renamed directory', steps: [TREE, ['mv a z']] },
  { name: 'a directory renamed twice', steps: [TREE, ['mv a z'], ['mv z y']] },
  { name: 'a deleted directory', steps: [TREE, ['rm -r a c']] },
  { name: 'two directories that changed places', steps: [TREE, ['mv a t', 'mv b a', 'mv t b']] },
  { name: 'two inner directories that changed places', steps: [TREE, ['mv a/s t', 'mv c/x a/s', 'mv t c/x']] },
  { name: 'three directories that changed places', steps: [TREE, ['mv a t', 'mv b a', 'mv c b', 'mv t c']] },
  { name: 'a directory moved into another', steps: [TREE, ['mv a b/a']] },
  { name: 'a directory moved into a new one', steps: [TREE, ['mkdir n', 'mv a n/a']] },
  { name: 'a directory moved out of one that is gone', steps: [TREE, ['mv c/x x', 'rm -r c']] },
  { name: 'a directory renamed over another', steps: [TREE, ['rm -r b', 'mv a b']] },
  { name: 'a chain of renames', steps: [TREE, ['mv b z', 'mv a b']] },
  { name: 'a parent and its child renamed', steps: [TREE, ['mv c q', 'mv q/x q/w']] },
  { name: 'a child that became the parent', steps: [TREE, ['mv c/x t', 'mv c t/c', 'mv t x']] },
  { name: 'a new directory under an old name', steps: [TREE, ['mv a z', 'mkdir a', 'put a/new N']] },
  { name: 'files changed in a renamed directory', steps: [TREE, ['mv a z', 'put z/fa A2', 'rm z/s/fs', 'put z/new N']] },
  { name: 'a file where a directory was', steps: [TREE, ['rm -r a', 'put a F']] },
  { name: 'a directory where a file was', steps: [TREE, ['rm top', 'mkdir top', 'put top/f F']] },
  { name: 'a link where a directory was', steps: [TREE, ['rm -r a', 'ln -s b a']] },
  {
    name: 'a directory with the name of a moved file',
    steps: [
      [...TREE, 'mkdir -p p q/d', 'put p/d file', 'put q/d/f F'],
      ['mv p t', 'mv q p', 'mv t q'],
    ],
  },
  { name: 'directories renamed in every level', steps: [TREE, ['mv a b/a'], ['mv b c/b', 'put c/fc C2'], ['mv c/b/a a', 'rm c/b/fb'], ['mv c b', 'mv a c']] },
];

/** No stray may be called like something of the stories. */
const STRAY = 'stray';

async function change(commands: readonly string[]): Promise<void> {
  for (const command of commands) {
    const [word = '', ...args] = command.split(' ');
    if (word === 'put') await lab.write(lab.source, { [args[0] ?? '']: `f ${args[1]}` });
    else execFileSync(word, args, { cwd: lab.source });
  }
}

async function makeLevels(story: Story, makers: readonly Maker[]): Promise<Tree[]> {
  const trees: Tree[] = [];
  for (const [level, commands] of story.steps.entries()) {
    await change(commands);
    await (makers[level % makers.length] === 'python' ? lab.pythonLevel() : lab.ownLevel());
    trees.push(await treeOf(lab.source));
  }
  return trees;
}

/** A stray in every directory that any level has. */
function straysOf(trees: readonly Tree[]): Tree {
  const folders = new Set(trees.flatMap((tree) => Object.keys(tree).filter((path) => tree[path] === 'd')));
  const isFile = (path: string): boolean => trees.some((tree) => (tree[path] ?? 'd') !== 'd');
  const isBelowFile = (path: string): boolean => path !== '.' && (isFile(path) || isBelowFile(dirname(path)));
  return Object.fromEntries([...folders].filter((path) => !isBelowFile(path)).map((path) => [`${path}/${STRAY}`, `f of ${path}`]));
}

function withStrays(tree: Tree, strays: Tree): Tree {
  const merged: Record<string, string> = { ...tree, ...strays };
  for (const path of Object.keys(strays)) for (let at = dirname(path); at !== '.'; at = dirname(at)) merged[at] = 'd';
  return merged;
}

async function expectRestored(level: number, tree: Tree, strays: Tree): Promise<void> {
  const target = join(lab.root, `target-${level}`);
  await mkdir(target);
  await lab.write(target, strays);
  const { problems } = await runRestore(lab.context, lab.request(target, { at: lab.id(level).t }));
  expect({ level, tree: await treeOf(target) }).toEqual({ level, tree: withStrays(tree, strays) });
  expect(problems).toEqual([]);
  expect((await readdir(target)).filter((name) => name.startsWith('.freezer'))).toEqual([]);
}

describe.each<readonly [string, readonly Maker[]]>([
  ['Python Freezer', ['python']],
  ['this project', ['ours']],
  ['both, Python first', ['python', 'ours']],
  ['both, this project first', ['ours', 'python']],
])('a chain made by %s and restored into a folder with a stranger in each directory', (_who, makers) => {
  it.each(STORIES.map((story) => [story.name, story] as const))('with %s', async (_name, story) => {
    const trees = await makeLevels(story, makers);
    const last = trees.length - 1;
    await expectRestored(last, trees[last] ?? {}, { ...straysOf(trees), 'stray-at-the-top': 'f S' });
  });
});

it('each level of a chain of Python Freezer comes back', async () => {
  const trees = await makeLevels({ name: '', steps: [TREE, ['mv a b/a'], ['mv b c/b', 'put c/fc C2'], ['rm -r c']] }, ['python']);
  for (const [level, tree] of trees.entries()) await expectRestored(level, tree, { 'stray-at-the-top': 'f S' });
});

it('a directory in the way of a file that is a directory again in the end is no problem', async () => {
  const [, tree = {}] = await makeLevels({ name: '', steps: [['put x F'], ['rm x', 'mkdir x', 'put x/inside N']] }, ['ours']);
  await expectRestored(1, tree, { 'x/stray': 'f in the way', 'stray-at-the-top': 'f S' });
});
