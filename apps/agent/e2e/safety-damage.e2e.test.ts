import { randomBytes } from 'node:crypto';
import { appendFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Lab, type StoredLevel } from './harness/lab.ts';
import { type Options, ourBackup } from './harness/our-agent.ts';
import { makeSampleTree } from './harness/sample-tree.ts';
import { expectOneLine, mustAgent, runAgent } from './safety/agent-runs.ts';
import { exists } from './safety/remains.ts';
import { DAMAGES, type Damage, objectPath } from './safety/stored-set.ts';

jest.setTimeout(60_000);

interface Variant {
  readonly name: string;
  readonly options: (lab: Lab) => Options;
  /** `data` last: it is not read before the first write, but its size is looked at. */
  readonly objects: readonly string[];
}

const OBJECTS = ['manifest', 'pieces', 'index', 'engine_metadata', 'metadata', 'data'];
/** With names hidden `engine_metadata` is empty, and what it would hold is in `state`. */
const HIDDEN = [...OBJECTS, 'state'];
const passFile = (lab: Lab): Options => ['--encrypt-pass-file', lab.passFile];
const VARIANTS: readonly Variant[] = [
  { name: 'plain', options: () => [], objects: OBJECTS },
  { name: 'cfb', options: passFile, objects: OBJECTS },
  { name: 'gcm', options: (lab) => [...passFile(lab), '--encryption', 'aes-256-gcm'], objects: HIDDEN },
  { name: 'cfb, hidden names', options: (lab) => [...passFile(lab), '--hide-names'], objects: HIDDEN },
];

/** What does no harm, and why. */
function isHarmless(variant: Variant, object: string, damage: Damage): boolean {
  // Of data a flipped bit, or bytes of the same number, are found when they are read.
  if (object === 'data' && damage.name === 'flipped') return true;
  // With hidden names the object is empty: it has no bit to flip, and another empty one is the same.
  if (object === 'engine_metadata' && variant.objects === HIDDEN && damage.name !== 'missing') return true;
  // Freezer's document says the same in each level of a set, and in each set of the same kind.
  if (object === 'metadata' && ['swapped', 'from another set'].includes(damage.name)) return true;
  return false;
}

/** The newest level without `metadata` is none, and the point below it is whole; a full without manifest is missed by the level above it. */
const levelOf = (object: string, damage: Damage, turn: number): number =>
  damage.name === 'missing' && ['metadata', 'manifest'].includes(object) ? 0 : turn % 2;

describe.each(VARIANTS)('$name', (variant) => {
  let lab: Lab;
  let levels: readonly StoredLevel[];
  let foreign: StoredLevel;
  let copies = 0;

  beforeAll(async () => {
    lab = await Lab.open();
    await makeSampleTree(lab.source);
    await ourBackup(lab, variant.options(lab));
    await appendFile(join(lab.source, 'a.txt'), 'more\n');
    await ourBackup(lab, variant.options(lab));
    levels = await lab.levels();
    await writeFile(join(lab.source, 'of the other set'), randomBytes(5000));
    await mustAgent(lab, 'backup', ['-F', lab.source, '-N', 'other', ...variant.options(lab)]);
    foreign = await lab.newest('other');
  });
  afterAll(() => lab.close());

  async function refused(damage: Damage, object: string, level: StoredLevel): Promise<void> {
    copies += 1;
    const store = join(lab.root, `store-${copies}`);
    await cp(lab.store, store, { recursive: true });
    const other = levels.find(({ t }) => t !== level.t) ?? level;
    await damage.inflict(objectPath(store, level, object), {
      other: objectPath(store, other, object),
      foreign: objectPath(store, foreign, object, 'other'),
    });
    const target = lab.target();
    const ended = await runAgent(lab, 'restore', ['-C', store, '--restore-abs-path', target, ...variant.options(lab)]);
    const what = `${object} of level ${level.level} ${damage.name}`;
    expect({ what, code: ended.code, written: await exists(target) }).toEqual({ what, code: 1, written: false });
    const line = expectOneLine(ended);
    // Without `metadata` a level is no backup: then it is not that object, but the level that is missed.
    const isHidden = object === 'metadata' && damage.name === 'missing';
    expect(line).toContain(isHidden ? '0_' : `${level.level}_${level.t}`);
    if (!isHidden) expect(line).toContain(object === 'manifest' && damage.name === 'missing' ? 'manifest' : object);
  }

  it.each(DAMAGES)('$name: refused before anything is written, object and level named', async (damage) => {
    // The objects of the two levels in turns: one damage hits `pieces` of the full, the next that of the increment.
    const turn = DAMAGES.indexOf(damage);
    const cases = variant.objects.flatMap((object, at) =>
      levels.filter(({ level }) => level === levelOf(object, damage, at + turn)).map((level) => ({ level, object })),
    );
    const wanted = cases.filter(({ object }) => !isHarmless(variant, object, damage));
    expect(wanted.length).toBeGreaterThan(1);
    while (wanted.length > 0) await Promise.all(wanted.splice(0, 2).map(({ level, object }) => refused(damage, object, level)));
  });

  it('what is exchanged and says the same restores', async () => {
    const [full, increment] = levels;
    if (full === undefined || increment === undefined) throw new Error('two levels are needed');
    expect(await readFile(objectPath(lab.store, full, 'metadata'))).toEqual(await readFile(objectPath(lab.store, increment, 'metadata')));
    expect((await runAgent(lab, 'restore', ['--restore-abs-path', lab.target(), ...variant.options(lab)])).code).toBe(0);
  });

  it('the newest level without its manifest may be one of Python: a warning where nothing is encrypted, refused where something is', async () => {
    const store = join(lab.root, 'store-of-python');
    await cp(lab.store, store, { recursive: true });
    const newest = await lab.newest();
    await rm(objectPath(store, newest, 'manifest'));
    const target = lab.target();
    const ended = await runAgent(lab, 'restore', ['-C', store, '--restore-abs-path', target, ...variant.options(lab)]);
    expect({ code: ended.code, written: await exists(target) }).toEqual(variant.name === 'plain' ? { code: 0, written: true } : { code: 1, written: false });
    const said = variant.name === 'plain' ? await readFile(join(lab.root, 'ours.log'), 'utf8') : expectOneLine(ended);
    expect(said).toMatch(new RegExp(`1_${newest.t} .*(was made without manifest|has no manifest)`));
  });
});

it.each(VARIANTS.filter(({ name }) => name !== 'plain'))('$name, a wrong passphrase or none: refused before anything is written', async ({ options }) => {
  await using lab = await Lab.open();
  await makeSampleTree(lab.source);
  await ourBackup(lab, options(lab));
  const wrong = await lab.otherPassFile('wrong horse battery staple\n');
  for (const pass of [['--encrypt-pass-file', wrong], []]) {
    const target = lab.target();
    const ended = await runAgent(lab, 'restore', ['--restore-abs-path', target, ...pass]);
    expect({ code: ended.code, written: await exists(target) }).toEqual({ code: 1, written: false });
    expect(expectOneLine(ended)).toMatch(/manifest of 0_\d+|needs --encrypt-pass-file/);
  }
});
