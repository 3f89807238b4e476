import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeTree, differences } from '../checks/trees.mjs';
import { ROOT } from '../ci/step.mjs';

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

/** One host with its folders: source, storage, state and what was seen so far. */
export class Host {
  /**
   * @param {string} place an empty folder
   * @param {string} stored how its set is stored: plain, cfb, hidden (cfb with hidden names), gcm
   * @param {typeof describeTree} describe what is compared of a tree
   */
  constructor(place, stored, describe = describeTree) {
    this.place = place;
    this.describe = describe;
    this.stored = stored;
    this.passFile = join(place, 'pass-file');
    this.source = join(place, 'source');
    this.storage = join(place, 'storage');
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
    return ['--storage', 'local', '--container', this.storage, '--backup-name', 'soak', '--hostname', 'soakhost', '--state-dir', this.state, ...pass];
  }

  /** The words that every backup gets besides. */
  get howStored() {
    return { plain: [], cfb: [], hidden: ['--hide-names'], gcm: ['--encryption', 'aes-256-gcm'] }[this.stored];
  }

  /** @param {readonly string[]} words */
  agent(words) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...words, ...this.where], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
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
    const child = spawn(process.execPath, [COMMAND, ...words, ...this.where], { stdio: 'ignore', env: { ...process.env, TZ: 'UTC' } });
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
  leftovers() {
    const found = [];
    const visit = (folder, name) => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        const rest = `${name}/${entry.name}`;
        if (/\/(\.freezer-tmp|started|removing|lock)$/.test(rest) || /^\/(work|locks)\/./.test(rest)) found.push(rest);
        else if (entry.isDirectory()) {
          if (/^\/metadata\/[^/]+\/[^/]+\/./.test(rest) && readdirSync(path).length === 0) found.push(`${rest} is empty`);
          visit(path, rest);
        }
      }
    };
    for (const folder of [this.storage, this.state]) if (existsSync(folder)) visit(folder, '');
    return found;
  }

  /** Whether the Python agent is installed, and can read the set. */
  get pythonReads() {
    return existsSync(PYTHON) && this.stored !== 'gcm';
  }

  /** Restores the newest point by the Python agent and compares it. */
  checkByPython(states) {
    const target = join(this.place, `python-${(this.restores += 1)}`);
    const words = [
      '--action',
      'restore',
      '--storage',
      'local',
      '-C',
      this.storage,
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

/** Link times are not restored by Python's tar to the nanosecond on every file system; whole seconds are. */
const withoutSubseconds = (tree) => new Map([...tree].map(([path, line]) => [path, line.replace(/ (\d{9,})\d{9} /, ' $1 ')]));
