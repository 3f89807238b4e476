#!/usr/bin/env node
// Kills the agent (SIGKILL) at random moments and looks at what is left:
//   tools/soak/kill.mjs --action backup|admin|restore [--storage local|ssh|ftp|ftps|swift|s3|swift-s3] [--rounds 15] [--seed N] [--stored plain|cfb|hidden|gcm]
// Several actions or storages are joined by commas, or 'all'; servers are started by tools/lab and stopped. How the set is stored is chosen by
// the seed unless it is said. After each kill: the next run succeeds, each visible point restores in full, nothing of ours is left over (also no
// segment and no upload), and, on local storage now and then, Python Freezer still reads the set. A table of all that was done is the end.
// The seed is printed; a round depends on it and on the speed of the machine.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lines } from '../bench/table.mjs';
import { describeTree, differences } from '../checks/trees.mjs';
import { Host } from './host.mjs';
import { PLACES } from './places.mjs';
import { Random } from './random.mjs';
import { changeSource, makeSource } from './source-tree.mjs';

const STORED = ['plain', 'cfb', 'hidden', 'gcm'];
const ACTIONS = ['backup', 'admin', 'restore'];
const { values } = parseArgs({
  options: {
    action: { type: 'string', default: '' },
    storage: { type: 'string', default: 'local' },
    rounds: { type: 'string', default: '15' },
    seed: { type: 'string' },
    stored: { type: 'string' },
    'python-every': { type: 'string', default: '5' },
  },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const pythonEvery = Number(values['python-every']);
const actions = values.action === 'all' ? ACTIONS : values.action.split(',');
const storages = values.storage === 'all' ? Object.keys(PLACES) : values.storage.split(',');
const isKnown = actions.every((name) => ACTIONS.includes(name)) && storages.every((name) => Object.hasOwn(PLACES, name));
if (!isKnown || (values.stored !== undefined && !STORED.includes(values.stored)) || !Number.isInteger(rounds) || !Number.isInteger(seed)) {
  console.error(
    `kill.mjs: --action takes ${ACTIONS.join(', ')}; --storage takes ${Object.keys(PLACES).join(', ')}; --rounds and --seed take whole numbers; --stored takes ${STORED.join(', ')}`,
  );
  process.exit(2);
}

/** The rounds of one action on one storage. */
class Kills {
  /** How long a whole run of this kind takes, so that the kill falls anywhere in it. */
  #typicalMs = 500;

  /** @param {string} folder an empty one @param {import('./places.mjs').Place} place @param {string} action */
  constructor(folder, place, action) {
    this.folder = folder;
    this.place = place;
    this.action = action;
    this.random = new Random(seed);
    this.stored = values.stored ?? this.random.pick(STORED);
    this.host = new Host(folder, this.stored, describeTree, { at: place, set: `soak-${action}` });
    this.tally = { hit: 0, ended: 0, points: 0, python: 0 };
    this.begun = Date.now();
    this.problem = '';
  }

  /** Whether all went well. */
  async run() {
    const round = { backup: () => this.#killBackup(), admin: () => this.#killAdmin(), restore: () => this.#killRestore() }[this.action];
    let number = 0;
    try {
      makeSource(this.host.source, this.random);
      this.#change();
      this.host.backup(['--max-level', '3']);
      for (number = 1; number <= rounds; number += 1) {
        await round();
        if (this.host.pythonReads && this.action !== 'restore' && number % pythonEvery === 0) this.#checkByPython();
      }
    } catch (error) {
      this.problem = `round ${number}: ${error.message}`;
    }
    const { hit, ended, points, python } = this.tally;
    console.log(
      `kill ${this.action} on ${this.place.kind}: ${hit} killed in the middle, ${ended} had ended before, ${points} points restored and compared, ${python} times by Python`,
    );
    this.seconds = Math.round((Date.now() - this.begun) / 1000);
    return this.problem === '';
  }

  /** As a row of the table. */
  get row() {
    const { hit, ended, points } = this.tally;
    return [this.place.kind, this.action, this.stored, hit, ended, points, this.seconds, this.problem === '' ? 'ok' : 'FAILED'].map(String);
  }

  #change() {
    changeSource(this.host.source, this.random);
    // Of the size alone it depends whether it is cut in pieces.
    if (this.place.largeBytes > 0) writeFileSync(join(this.host.source, 'always here'), Buffer.alloc(this.place.largeBytes, `${this.random.next()} `));
  }

  /** Runs it, kills it, and counts what came of that. */
  async #kill(words) {
    const wasKilled = await this.host.kill(words, this.random.next() * this.#typicalMs * 1.05);
    if (wasKilled) this.tally.hit += 1;
    else this.tally.ended += 1;
  }

  #timed(run) {
    const begun = Date.now();
    run();
    this.#typicalMs = Date.now() - begun;
  }

  /** Every point that is visible restores to one of the states that the source had. `maybe`: of a run that may have committed before it died. */
  #checkAll(points, maybe) {
    for (const point of points) {
      const known = this.host.known.get(point.t);
      this.host.checkPoint(point, known ? [known] : maybe);
      if (!known) this.host.known.set(point.t, maybe[0]);
      this.tally.points += 1;
    }
  }

  #checkByPython() {
    this.host.checkByPython([this.host.known.get(this.host.points().at(-1).t)]);
    this.tally.python += 1;
  }

  async #nothingLeft() {
    const left = await this.host.leftovers();
    if (left.length > 0) throw new Error(`left over after the next run: ${left.slice(0, 4).join(', ')}`);
  }

  async #killBackup() {
    const { host, random } = this;
    const levels = random.pick([['--max-level', '3'], ['--always-level', '2'], ['--incremental']]);
    this.#change();
    const state = describeTree(host.source);
    await this.#kill(['backup', '--path-to-backup', host.source, '--nosync', '--suspicious-below', '0', ...host.howStored, ...levels]);
    this.#checkAll(host.points(), [state]);
    this.#change();
    this.#timed(() => host.backup(levels));
    await this.#nothingLeft();
    const points = host.points();
    // What was there before was read a moment ago.
    this.#checkAll(points.slice(-1), []);
    if (points.length > 3) host.mustRun(['admin', '--keep-last', '2']);
  }

  async #killAdmin() {
    const { host, random } = this;
    while (host.points().length < 5) {
      this.#change();
      host.backup(
        random.pick([
          ['--max-level', '2'],
          ['--always-level', '1'],
        ]),
      );
    }
    const rule = ['admin', '--keep-last', String(1 + random.below(3))];
    await this.#kill(rule);
    this.#checkAll(host.points(), []);
    this.#timed(() => host.mustRun(rule));
    await this.#nothingLeft();
    this.#checkAll(host.points(), []);
  }

  async #killRestore() {
    const { host, random, folder } = this;
    if (random.below(4) === 0) {
      this.#change();
      host.backup(['--max-level', '3']);
    }
    const target = join(folder, 'target');
    rmSync(target, { recursive: true, force: true });
    const isOverlay = random.below(2) === 0;
    // The source of today with changes of its own: strays, and other files under names that the backup has.
    if (isOverlay) {
      cpSync(host.source, target, { recursive: true });
      changeSource(target, random);
    }
    await this.#kill(['restore', '--restore-abs-path', target, ...(isOverlay ? ['--overwrite'] : [])]);
    this.#timed(() => host.mustRun(['restore', '--restore-abs-path', target, '--overwrite', '--delete']));
    const point = host.points().at(-1);
    const wrong = differences(host.known.get(point.t), describeTree(target));
    if (wrong.length > 0) throw new Error(`the restore after the kill differs: ${wrong.slice(0, 3).join(' | ')}`);
    this.tally.points += 1;
    await this.#nothingLeft();
  }
}

const HEAD = ['storage', 'action', 'stored', 'killed', 'too late', 'points restored', 'seconds', 'result'];
const rows = [];
for (const kind of storages) {
  const folder = mkdtempSync(join(tmpdir(), `freezer-soak-${kind}-`));
  console.log(`kill on ${kind}: seed ${seed}, ${rounds} rounds`);
  const place = await PLACES[kind](folder);
  let isWell = true;
  try {
    for (const action of actions) {
      mkdirSync(join(folder, action));
      const kills = new Kills(join(folder, action), place, action);
      isWell = (await kills.run()) && isWell;
      if (kills.problem !== '') console.error(`kill ${action} on ${kind}: seed ${seed}, stored ${kills.stored}, ${kills.problem}`);
      rows.push(kills.row);
    }
  } finally {
    place.stop();
    if (isWell) rmSync(folder, { recursive: true, force: true });
    else console.error(`kept for a look: ${folder}`);
  }
  if (!isWell) process.exitCode = 1;
}
console.log(lines(HEAD, rows));
