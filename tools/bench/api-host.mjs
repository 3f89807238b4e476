#!/usr/bin/env node
// One host with ten thousand jobs: how long the built freezer-scheduler takes until it has them all, what an idle poll asks, and what memory it needs.
// The API is the built one on SQLite behind a real Keystone; no job is due.
//   node tools/bench/api-host.mjs [--jobs 10000] [--polls 5] [--interval 5] [--schedule new]
// --schedule new: the jobs were never seen by a scheduler, so the state of each is written once. Needs tools/lab/install.sh. Exit 1 when a target was missed.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { ROOT } from '../ci/step.mjs';
import { clientName, fillOurs } from './api/documents.mjs';
import { cpuOf, peakOf } from './api/load.mjs';
import { Keystone, OurApi, OurPlace } from './api/place.mjs';
import { targetTable } from './table.mjs';

const START_SECONDS = 10;
const PEAK_MEGABYTES = 200;

const { values: options } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    polls: { type: 'string', default: '5' },
    interval: { type: 'string', default: '5' },
    schedule: { type: 'string' },
    work: { type: 'string', default: tmpdir() },
  },
});
const jobs = Number(options.jobs);
const work = mkdtempSync(join(options.work, 'freezer-bench-host-'));
const closers = [];

function buildScheduler() {
  const folder = join(work, 'scheduler');
  execFileSync(process.execPath, ['build.mjs', folder], { cwd: join(ROOT, 'apps', 'scheduler'), stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'main.js');
}

/** Requests of the access log, the ids left out. */
function requestsIn(log, from) {
  const counts = new Map();
  const text = readFileSync(log, 'utf8').slice(from);
  for (const [, method, path, status] of text.matchAll(/ (GET|POST|PATCH|PUT|DELETE) (\/\S*) .*?status=(\d+)/g)) {
    const name = `${method} ${path
      .replace(/\/v2\/[^/]+/, '')
      .replace(/^(\/\w+)\/[^?/]+/, '$1/ID')
      .replace(/\?.*/, '')} ${status}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const told = (counts) => [...counts].map(([name, count]) => `${count} x ${name}`).join(', ');

async function main() {
  const build = OurPlace.build(work);
  const main = buildScheduler();
  const keystone = await Keystone.start(work);
  closers.unshift(() => keystone.stop());
  const account = await keystone.login('alpha');
  const place = new OurPlace(work, 'ours', keystone, build);
  const more = { schedule_start_date: '2040-01-01T00:00:00', ...(options.schedule === 'new' && { status: '' }) };
  await fillOurs(place, account, { jobs, clients: 1, more });
  const api = await OurApi.start(place);
  closers.unshift(() => api.stop());
  const state = join(work, 'scheduler-state');
  const home = join(work, 'home');
  mkdirSync(home);
  const common = ['--state-dir', state, '-c', clientName(0), '-i', options.interval, '--agent-path', '/bin/false'];
  const environment = { PATH: process.env.PATH, HOME: home, ...keystone.environment, OS_BACKUP_URL: api.url };
  const begun = performance.now();
  const child = spawn(process.execPath, [main, ...common, '--no-daemon', 'start'], { env: environment, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] });
  const log = createWriteStream(join(work, 'scheduler.log'));
  child.stderr.pipe(log);
  const ended = once(child, 'exit');
  closers.unshift(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  });
  const run = promisify(execFile);
  const status = async () =>
    JSON.parse(
      (await run(process.execPath, [main, ...common, 'status', '--json'], { env: environment }).catch(({ stdout }) => ({ stdout: stdout || '{}' }))).stdout ||
        '{}',
    );
  let seconds;
  for (let last = {}; seconds === undefined; last = await status()) {
    if (last.running === true && last.jobs === jobs) seconds = (performance.now() - begun) / 1000;
    else if (child.exitCode !== null || performance.now() - begun > 300_000)
      throw new Error(`not ready: ${JSON.stringify(last)}\n${readFileSync(join(work, 'scheduler.log'), 'utf8').slice(-2000)}`);
    else await sleep(50);
  }
  const atStart = requestsIn(`${place.state}.log`, 0);
  // What the start left to be written is written.
  for (let before = -1, now = 0; before !== now; ) {
    before = now;
    await sleep(2000 + Number(options.interval) * 1000);
    now = [...requestsIn(`${place.state}.log`, 0)].filter(([name]) => name.startsWith('PATCH /jobs')).reduce((sum, [, count]) => sum + count, 0);
  }
  const from = readFileSync(`${place.state}.log`, 'utf8').length;
  const cpu = cpuOf([child.pid]);
  await sleep(Number(options.polls) * Number(options.interval) * 1000);
  const idle = requestsIn(`${place.state}.log`, from);
  const idleCpu = cpuOf([child.pid]) - cpu;
  console.log(`${jobs} jobs of one host, load ${loadavg()[0].toFixed(1)}`);
  console.log(`start: ${told(atStart)}`);
  console.log(`${options.polls} idle intervals: ${told(idle)}; CPU of the scheduler ${(idleCpu / Number(options.polls)).toFixed(0)} ms each`);
  const peak = peakOf([child.pid]) / 2 ** 20;
  const polls = [...idle].filter(([name]) => name.startsWith('GET'));
  const isCheap = polls.length === 1 && polls[0][0].endsWith(' 304') && polls[0][1] <= Number(options.polls) + 1;
  const targets = [
    { name: 'start, s', limit: `< ${START_SECONDS}`, measured: seconds, holds: seconds < START_SECONDS },
    { name: 'GET requests of an idle poll, answered by 304', limit: '= 1', measured: isCheap ? 1 : Number.NaN, holds: isCheap },
    { name: 'peak MB', limit: `< ${PEAK_MEGABYTES}`, measured: peak, holds: peak < PEAK_MEGABYTES },
  ];
  console.log(`\n${targetTable(targets)}`);
  process.exitCode = targets.every(({ holds }) => holds) ? 0 : 1;
}

try {
  await main();
} finally {
  for (const close of closers) await close();
  rmSync(work, { recursive: true, force: true });
}
