#!/usr/bin/env node
// Whether --upload-limit and --download-limit hold on the wire, on each storage, against real servers of tools/lab:
//   tools/bench/limits.mjs [--storage ssh,ftp,ftps,swift,s3,swift-s3] [--rate 200K] [--seconds 12] [--agent FILE]
// A file without pattern is saved and restored. What the process writes and reads is taken from /proc/PID/task/*/io every 50 ms: `rate` is that
// between the first quarter and the last tenth of the bytes, `peak` the most that went by within one second of that, both as parts of the limit. Exit 1 when
// a rate is off by more than 5 %. Local storage has no wire, and is left out unless it is named.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../ci/step.mjs';
import { PLACES } from '../soak/places.mjs';
import { lines } from './table.mjs';

const { values } = parseArgs({
  options: {
    storage: { type: 'string', default: Object.keys(PLACES).slice(1).join(',') },
    rate: { type: 'string', default: '200K' },
    seconds: { type: 'string', default: '12' },
    agent: { type: 'string', default: process.env.FREEZER_AGENT ?? join(ROOT, 'apps', 'agent', 'dist', 'main.js') },
  },
});
const [, number, unit] = /^(\d+)([KM])$/.exec(values.rate) ?? [];
const storages = values.storage.split(',');
if (number === undefined || !storages.every((name) => Object.hasOwn(PLACES, name))) {
  console.error(`limits.mjs: --rate takes 200K or 2M; --storage takes ${Object.keys(PLACES).join(', ')}`);
  process.exit(2);
}
const rate = Number(number) * (unit === 'K' ? 1024 : 1024 * 1024);
const bytes = rate * Number(values.seconds);
const POLL_MS = 50;
const OFF = 0.05;
/** The first quarter is what buffers on the way take at once. */
const FROM = 0.25;
const TO = 0.9;

/** Runs the agent, and resolves to `[seconds, bytes]` of a counter of /proc/PID/io at each look. */
async function watched(words, environment, counter) {
  const child = spawn(process.execPath, [values.agent, ...words], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...environment } });
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += text));
  const looks = [];
  const begun = performance.now();
  const timer = setInterval(() => {
    try {
      const value = counterOf(child.pid, counter);
      // Of one that has just ended nothing is told.
      if (value > 0) looks.push([(performance.now() - begun) / 1000, value]);
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error;
    }
  }, POLL_MS);
  const code = await new Promise((resolve) => child.once('close', resolve)).finally(() => clearInterval(timer));
  if (code !== 0) throw new Error(`${words[0]} ended with ${code}: ${complaints}`);
  return looks;
}

/** Of the threads: the file of the process also counts what children did that have ended. */
function counterOf(pid, counter) {
  const values = readdirSync(`/proc/${pid}/task`).map(
    (thread) => RegExp(`^${counter}: (\\d+)$`, 'm').exec(readFileSync(`/proc/${pid}/task/${thread}/io`, 'utf8'))?.[1],
  );
  return values.reduce((sum, value) => sum + Number(value), 0);
}

/** Of what went by: the rate in the middle, and the most within a second, as parts of the limit. */
function rates(looks) {
  const last = looks.at(-1)[1];
  const after = (share) => looks.find(([, value]) => value >= last - bytes * (1 - share));
  const [from, to] = [after(FROM), after(TO)];
  const middle = looks.filter(([at]) => at >= from[0] && at <= to[0]);
  let peak = 0;
  for (const [at, value] of middle) {
    const [, before] = middle.findLast(([earlier]) => earlier <= at - 1) ?? [];
    if (before !== undefined) peak = Math.max(peak, value - before);
  }
  return { share: (to[1] - from[1]) / (to[0] - from[0]) / rate, peak: peak / rate, seconds: looks.at(-1)[0] };
}

const rows = [];
for (const kind of storages) {
  const folder = mkdtempSync(join(tmpdir(), `freezer-limits-${kind}-`));
  const place = await PLACES[kind](folder);
  try {
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source', 'noise'), randomBytes(bytes));
    const own = ['--backup-name', 'limits', '--hostname', 'limits', '--state-dir', join(folder, 'state'), '--log-file', join(folder, 'agent-log')];
    const environment = { ...place.environment, HOME: folder };
    const where = [...place.words('limits'), ...own];
    const ways = {
      upload: [['backup', '--path-to-backup', join(folder, 'source'), '--compression', 'none', '--upload-limit', values.rate], 'wchar'],
      download: [['restore', '--restore-abs-path', join(folder, 'target'), '--download-limit', values.rate], 'rchar'],
    };
    for (const [way, [words, counter]] of Object.entries(ways)) {
      const { share, peak, seconds } = rates(await watched([...words, ...where], environment, counter));
      const isHeld = Math.abs(share - 1) <= OFF;
      if (!isHeld) process.exitCode = 1;
      rows.push([kind, way, share.toFixed(3), peak.toFixed(2), seconds.toFixed(1), isHeld ? 'held' : 'NOT HELD']);
      console.error(rows.at(-1).join(' '));
    }
  } finally {
    place.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`limit ${values.rate} per second, ${bytes} bytes, ${values.seconds} s expected`);
console.log(lines(['storage', 'way', 'rate', 'peak', 'seconds in all', ''], rows));
