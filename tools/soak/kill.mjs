#!/usr/bin/env node
// Kills the agent (SIGKILL) at random moments and looks at what is left:
//   tools/soak/kill.mjs --action backup|admin|restore [--rounds 15] [--seed N] [--stored plain|cfb|hidden|gcm]
// How the set is stored is chosen by the seed unless it is said.
// After each kill: the next run succeeds, each visible point restores in full, nothing of ours is left over, and, now and then, Python
// Freezer still reads the set. The seed is printed; a round depends on it and on the speed of the machine.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeTree, differences } from '../checks/trees.mjs';
import { Host } from './host.mjs';
import { Random } from './random.mjs';
import { changeSource, makeSource } from './source-tree.mjs';

const ACTIONS = { backup: killBackup, admin: killAdmin, restore: killRestore };
const { values } = parseArgs({
  options: {
    action: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    seed: { type: 'string' },
    stored: { type: 'string' },
    'python-every': { type: 'string', default: '5' },
  },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const pythonEvery = Number(values['python-every']);
const round = ACTIONS[values.action];
const STORED = ['plain', 'cfb', 'hidden', 'gcm'];
if (!round || (values.stored !== undefined && !STORED.includes(values.stored)) || !Number.isInteger(rounds) || !Number.isInteger(seed)) {
  console.error(`kill.mjs: --action takes ${Object.keys(ACTIONS).join(', ')}; --rounds and --seed take whole numbers; --stored takes ${STORED.join(', ')}`);
  process.exit(2);
}

/** How long a whole run of this kind takes, so that the kill falls anywhere in it. */
let typicalMs = 500;

const random = new Random(seed);
const place = mkdtempSync(join(tmpdir(), 'freezer-soak-'));
const stored = values.stored ?? random.pick(STORED);
const host = new Host(place, stored);
const tally = { hit: 0, ended: 0, points: 0, python: 0 };
console.log(`kill ${values.action}: seed ${seed}, ${rounds} rounds, stored: ${stored}`);
try {
  makeSource(host.source, random);
  host.backup(['--max-level', '3']);
  for (let number = 1; number <= rounds; number += 1) {
    try {
      await round(number);
    } catch (error) {
      console.error(`kill ${values.action}: seed ${seed}, round ${number}: ${error.message}`);
      process.exitCode = 1;
      break;
    }
  }
  console.log(
    `kill ${values.action}: ${tally.hit} killed in the middle, ${tally.ended} had ended before, ${tally.points} points restored and compared, ${tally.python} times by Python`,
  );
} finally {
  if (process.exitCode) console.error(`kept for a look: ${place}`);
  else rmSync(place, { recursive: true, force: true });
}

function count(wasKilled) {
  if (wasKilled) tally.hit += 1;
  else tally.ended += 1;
}

function nextMoment() {
  return random.next() * typicalMs * 1.05;
}

/** Every point that is visible restores to one of the states that the source had. `maybe`: of a run that may have committed before it died. */
function checkAll(number, maybe) {
  const points = host.points();
  for (const point of points) {
    const known = host.known.get(point.t);
    host.checkPoint(point, known ? [known] : maybe);
    if (!known) host.known.set(point.t, maybe[0]);
    tally.points += 1;
  }
  if (host.pythonReads && number % pythonEvery === 0) {
    const newest = points.at(-1);
    host.checkByPython([host.known.get(newest.t)]);
    tally.python += 1;
  }
}

function nothingLeft() {
  const left = host.leftovers();
  if (left.length > 0) throw new Error(`left over after the next run: ${left.slice(0, 4).join(', ')}`);
}

async function killBackup(number) {
  const levels = random.pick([['--max-level', '3'], ['--always-level', '2'], ['--incremental']]);
  changeSource(host.source, random);
  const state = describeTree(host.source);
  count(await host.kill(['backup', '--path-to-backup', host.source, '--nosync', '--suspicious-below', '0', ...host.howStored, ...levels], nextMoment()));
  checkAll(number, [state]);
  changeSource(host.source, random);
  const begun = Date.now();
  host.backup(levels);
  typicalMs = Date.now() - begun;
  nothingLeft();
  checkAll(number, [state]);
  if (host.points().length > 5) host.mustRun(['admin', '--keep-last', '2']);
}

async function killAdmin(number) {
  while (host.points().length < 5) {
    changeSource(host.source, random);
    host.backup(
      random.pick([
        ['--max-level', '2'],
        ['--always-level', '1'],
      ]),
    );
  }
  const rule = ['admin', '--keep-last', String(1 + random.below(3))];
  count(await host.kill(rule, nextMoment()));
  checkAll(number, []);
  const begun = Date.now();
  host.mustRun(rule);
  typicalMs = Date.now() - begun;
  nothingLeft();
  checkAll(number, []);
}

async function killRestore() {
  if (random.below(4) === 0) {
    changeSource(host.source, random);
    host.backup(['--max-level', '3']);
  }
  const target = join(place, 'target');
  rmSync(target, { recursive: true, force: true });
  const isOverlay = random.below(2) === 0;
  // The source of today with changes of its own: strays, and other files under names that the backup has.
  if (isOverlay) {
    cpSync(host.source, target, { recursive: true });
    changeSource(target, random);
  }
  count(await host.kill(['restore', '--restore-abs-path', target, ...(isOverlay ? ['--overwrite'] : [])], nextMoment()));
  const begun = Date.now();
  host.mustRun(['restore', '--restore-abs-path', target, '--overwrite', '--delete']);
  typicalMs = Date.now() - begun;
  const point = host.points().at(-1);
  const wrong = differences(host.known.get(point.t), describeTree(target));
  if (wrong.length > 0) throw new Error(`the restore after the kill differs: ${wrong.slice(0, 3).join(' | ')}`);
  tally.points += 1;
  nothingLeft();
}
