import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeTree, differences } from '../checks/trees.mjs';
import { ROOT } from '../ci/step.mjs';
import { local, namesBelow } from './places.mjs';

/** The built agent; another one is named by the environment. */
const COMMAND = process.env.FREEZER_AGENT ?? join(ROOT, 'apps', 'agent', 'dist', 'main.js');
const PYTHON = '/usr/bin/freezer-agent';
/** Python's agent wants these names; nothing listens there, and for local storage nobody calls. */
const PYTHON_ENVIRONMENT = {
  OS_AUTH_URL: 'http://127.0.0.1:9/v3',
  OS_USERNAME: 'x',
  OS_PASSWORD: 'x',
  OS_PROJECT_NAME: 'x',
  OS_USER_DOMAIN_NAME: 'Default',
  OS_PROJECT_DOMAIN_NAME: 'Default',
  OS_IDENTITY_API_VERSION: '3',
  TZ: 'UTC',
};

const SET = 'storage';

/** One host with its folders: source, state, what was seen so far, and the place where its set is stored. */
export class Host {
  /**
   * @param {string} place an empty folder
   * @param {string} stored how its set is stored: plain, cfb, hidden (cfb with hidden names), gcm
   * @param {typeof describeTree} describe what is compared of a tree
   * @param {{ at: import('./places.mjs').Place, set: string }} target the server and the container there; default: a folder beside the source
   */
  constructor(place, stored, describe = describeTree, target = { at: local(place), set: SET }) {
    this.place = place;
    this.target = target;
    this.describe = describe;
    this.stored = stored;
    this.passFile = join(place, 'pass-file');
    this.source = join(place, 'source');
    this.state = join(place, 'state');
    mkdirSync(place, { recursive: true });
    writeFileSync(this.passFile, 'correct horse battery staple\n', { mode: 0o600 });
    /** What the source was at each T. @type {Map<number, Map<string, string>>} */
    this.known = new Map();
    this.restores = 0;
  }

  /** The words that every call of the agent gets. */
  get where() {
    const pass = this.stored === 'plain' ? [] : ['--encrypt-pass-file', this.passFile];
    const { at, set } = this.target;
    return [...at.words(set), '--backup-name', 'soak', '--hostname', 'soakhost', '--state-dir', this.state, '--log-file', join(this.place, 'log'), ...pass];
  }

  /** The words that every backup gets besides. */
  get howStored() {
    const how = { plain: [], cfb: [], hidden: ['--hide-names'], gcm: ['--encryption', 'aes-256-gcm'] }[this.stored];
    return [...this.target.at.backupWords, ...how];
  }

  get environment() {
    return { ...process.env, ...this.target.at.environment, HOME: this.place, TZ: 'UTC' };
  }

  /** @param {readonly string[]} words */
  agent(words) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...words, ...this.where], {
      encoding: 'utf8',
      env: this.environment,
      maxBuffer: 1 << 28,
    });
    return { status, stdout, stderr };
  }

  /** Runs the agent to its end; anything but exit 0 is a finding. */
  mustRun(words) {
    const run = this.agent(words);
    if (run.status !== 0) throw new Error(`freezer-agent ${words.join(' ')} ended with ${run.status}: ${run.stderr.trim().slice(-600)}`);
    return run;
  }

  /** Starts the agent and sends SIGKILL after so many milliseconds. Resolves to whether it was still running. */
  async kill(words, afterMs) {
    const child = spawn(process.execPath, [COMMAND, ...words, ...this.where], { stdio: 'ignore', env: this.environment });
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal === 'SIGKILL')));
    await Promise.race([ended, sleep(afterMs)]);
    child.kill('SIGKILL');
    return ended;
  }

  backup(more = []) {
    const run = this.mustRun(['backup', '--path-to-backup', this.source, '--nosync', '--suspicious-below', '0', '--json', ...this.howStored, ...more]);
    const document = JSON.parse(run.stdout);
    this.known.set(document.time_stamp, this.describe(this.source));
    return document;
  }

  /** Every point that a listing shows: `{ t, level, t0 }`. */
  points() {
    const sets = JSON.parse(this.mustRun(['list', '--json']).stdout);
    return sets.flatMap(({ points }) => points);
  }

  /** Restores a point into an empty folder and compares it with what the source was then. `states`: all that it may be. */
  checkPoint(point, states) {
    const target = join(this.place, `restore-${(this.restores += 1)}`);
    const date = new Date(point.t * 1000).toISOString().slice(0, 19);
    this.mustRun(['restore', '--restore-abs-path', target, '--restore-from-date', `${date}Z`]);
    const found = this.describe(target);
    const wrong = states.map((state) => differences(state, found));
    if (wrong.every((lines) => lines.length > 0))
      throw new Error(`point ${point.t} (level ${point.level}) does not restore: ${wrong[0].slice(0, 3).join(' | ')}`);
    spawnSync('rm', ['-rf', target]);
  }

  /** What is on the storage or in the state folder although no run is at work. */
  async leftovers() {
    const { at, set } = this.target;
    const [names, uploads] = [await at.names(set), await at.uploads(set)];
    if (!names.some((name) => name.endsWith('/metadata'))) throw new Error(`no level is seen in ${set}: remains would not be seen either`);
    const state = namesBelow(this.state).filter((name) => /^(work|locks)\/./.test(name));
    return [...remainsAmong(names), ...uploads.map((name) => `an upload of ${name}`), ...state];
  }

  /** Whether the Python agent is installed, and can read the set. */
  get pythonReads() {
    return existsSync(PYTHON) && this.stored !== 'gcm' && this.target.at.kind === 'local';
  }

  /** Restores the newest point by the Python agent and compares it. */
  checkByPython(states) {
    const { at, set } = this.target;
    const target = join(this.place, `python-${(this.restores += 1)}`);
    const words = [
      '--action',
      'restore',
      ...at.words(set),
      '-N',
      'soak',
      '--hostname',
      'soakhost',
      '--restore-abs-path',
      target,
      '--log-file',
      join(this.place, 'python.log'),
      ...(this.stored === 'plain' ? [] : ['--encrypt-pass-file', this.passFile]),
    ];
    const { status, stderr } = spawnSync(PYTHON, words, { encoding: 'utf8', env: { ...process.env, ...PYTHON_ENVIRONMENT, HOME: this.place } });
    if (status !== 0) throw new Error(`Python's restore ended with ${status}: ${stderr.trim().split('\n').at(-1)}`);
    const found = withoutSubseconds(describeTree(target));
    const wrong = states.map((state) => differences(withoutSubseconds(state), found));
    if (wrong.every((lines) => lines.length > 0)) throw new Error(`Python restores something else: ${wrong[0].slice(0, 3).join(' | ')}`);
    spawnSync('rm', ['-rf', target]);
  }
}

/** Of all names in a container: what a run alone may have, data of no backup, parts of no object, and folders in which Python stumbles. */
function remainsAmong(names) {
  const all = new Set(names);
  const isRemains = (name) => {
    if (/(^|\/)(\.freezer-tmp\/|\.freezer-tmp$|(started|removing|lock)$)/.test(name)) return true;
    if (name.endsWith('/')) return /^metadata\/[^/]+\/[^/]+\/./.test(name) && !names.some((other) => other !== name && other.startsWith(name));
    const [, owner] = /^(.*)\.parts\.[^/]*\//.exec(name) ?? [];
    if (owner !== undefined && !all.has(owner)) return true;
    const [, level] = /^data\/(.*\/\d+_\d+)\//.exec(name) ?? [];
    return level !== undefined && !all.has(`metadata/${level}/metadata`) && !all.has(`data/${level}/superseded`);
  };
  return names.filter(isRemains);
}

/** Link times are not restored by Python's tar to the nanosecond on every file system; whole seconds are. */
const withoutSubseconds = (tree) => new Map([...tree].map(([path, line]) => [path, line.replace(/ (\d{9,})\d{9} /, ' $1 ')]));
