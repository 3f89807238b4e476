#!/usr/bin/env node
// A thousand schedulers at one freezer-api: their own code asks (registration, and conditional polls, which are their signs of life), without jobs
// being run; the API is the built one, one process on SQLite behind a real Keystone. Time goes ten times faster: who asks each minute asks every six seconds.
//   node tools/bench/api-schedulers.mjs [--schedulers 1000] [--jobs 10] [--seconds 60] [--compress 10] [--writes 1] [--tokens 20]
// --jobs: of each scheduler; --writes: job states that are written a second meanwhile, each of which makes every list of the project a new one.
// Needs tools/lab/install.sh. Exit 1 when a request failed.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT } from '../ci/step.mjs';
import { clientName, fillOurs } from './api/documents.mjs';
import { cpuOf, familyOf, peakOf } from './api/load.mjs';
import { Keystone, OurApi, OurPlace } from './api/place.mjs';
import { lines } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    schedulers: { type: 'string', default: '1000' },
    jobs: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    compress: { type: 'string', default: '10' },
    writes: { type: 'string', default: '1' },
    tokens: { type: 'string', default: '20' },
    work: { type: 'string', default: tmpdir() },
  },
});
const count = Number(options.schedulers);
const interval = 60_000 / Number(options.compress);
const work = mkdtempSync(join(options.work, 'freezer-bench-schedulers-'));
const closers = [];

/** What the scheduler asks with. */
async function schedulerCode() {
  const { build } = createRequire(join(ROOT, 'package.json'))('esbuild');
  const outfile = join(work, 'scheduler.mjs');
  const source = (path) => JSON.stringify(join(ROOT, 'packages', path));
  await build({
    stdin: {
      contents: `export { FreezerClient } from ${source('client-sdk/src/index.ts')};
export { JobPoll } from ${source('scheduler/src/api/job-poll.ts')};
export { registerClient } from ${source('scheduler/src/api/register.ts')};
export { markOf } from ${source('scheduler/src/run/process-mark.ts')};`,
      resolveDir: ROOT,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@freezer/source'],
    outfile,
    logLevel: 'error',
  });
  return await import(pathToFileURL(outfile).href);
}

/** Times of requests by what they were, and what failed. */
class Record {
  failures = [];
  unchanged = 0;
  #times = new Map();

  async take(name, work) {
    const begun = performance.now();
    try {
      const answer = await work();
      if (answer?.kind === 'unchanged') this.unchanged += 1;
    } catch (error) {
      this.failures.push(`${name}: ${error.message}`);
    }
    const times = this.#times.get(name) ?? [];
    this.#times.set(name, times);
    times.push(performance.now() - begun);
  }

  table() {
    const rows = [...this.#times].map(([name, times]) => {
      const sorted = times.toSorted((one, two) => one - two);
      const at = (share) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
      return [name, String(sorted.length), at(0.5), at(0.9), at(0.99), at(1)];
    });
    return lines(['request', 'count', 'p50 ms', 'p90 ms', 'p99 ms', 'largest ms'], rows);
  }
}

function makeScheduler(code, { api, account, token }, number) {
  // What fails must show, and not be asked again in silence.
  const instance = `0000${number}`.slice(-4).repeat(8);
  const headers = { 'x-freezer-instance': instance };
  const client = new code.FreezerClient({ endpoint: api.url, project: account.projectId, token: () => token, retries: 0, headers });
  const access = { client };
  const clientId = clientName(number);
  const registration = {
    clientId,
    hostname: clientId,
    central: false,
    capabilities: { actions: [], modes: [], storages: [], engines: [] },
    instance,
    process: code.markOf(process.pid) ?? { pid: process.pid, started: '', boot: '' },
    version: '0.1.0',
    os: 'linux',
    arch: 'x64',
    timezone: 'UTC',
    startedAt: Math.floor(Date.now() / 1000),
    beatSeconds: 60,
    ours: true,
  };
  const poll = new code.JobPoll({ access: () => access, clientId: () => clientId, central: false, waiting: () => 0 });
  return {
    register: () => code.registerClient(access, registration),
    poll: () => poll.ask(),
    close: () => client.close(),
  };
}

/** One scheduler from its start to the end: each at its own moment. */
async function live(scheduler, number, { record, until }) {
  await sleep((number / count) * interval);
  await record.take('registration', scheduler.register);
  await record.take('first poll', scheduler.poll);
  for (;;) {
    await sleep(interval);
    if (performance.now() > until) return;
    await record.take('idle poll', scheduler.poll);
  }
}

/** The states of jobs go on meanwhile. */
async function write({ api, account, token, code }, ids, { record, until }) {
  const client = new code.FreezerClient({ endpoint: api.url, project: account.projectId, token: () => token, retries: 0 });
  for (let at = 0; performance.now() < until; at += 1) {
    await sleep(1000 / Number(options.writes));
    const running = at % 2 === 0;
    const change = {
      job_schedule: running
        ? { status: 'running', time_started: 1_795_100_000 + at }
        : { status: 'scheduled', result: 'success', time_ended: 1_795_100_000 + at },
    };
    await record.take('write of a state', () => client.jobs.update(ids[(at >> 1) % ids.length], change));
  }
  await client.close();
}

async function main() {
  const build = OurPlace.build(work);
  const code = await schedulerCode();
  const keystone = await Keystone.start(work);
  closers.unshift(() => keystone.stop());
  const accounts = [];
  for (let number = 0; number < Number(options.tokens); number += 1) accounts.push(await keystone.login('alpha'));
  const [account] = accounts;
  const place = new OurPlace(work, 'ours', keystone, build);
  const ids = await fillOurs(place, account, { jobs: count * Number(options.jobs), clients: count });
  const api = await OurApi.start(place);
  closers.unshift(() => api.stop());
  const record = new Record();
  const schedulers = Array.from({ length: count }, (_, number) =>
    makeScheduler(code, { api, account, token: accounts[number % accounts.length].token }, number),
  );
  const pids = familyOf(api.pid);
  const before = cpuOf(pids);
  const begun = performance.now();
  const until = begun + interval + Number(options.seconds) * 1000;
  const writes = Number(options.writes) > 0 ? [write({ api, account, token: account.token, code }, ids, { record, until })] : [];
  await Promise.all([...schedulers.map((scheduler, number) => live(scheduler, number, { record, until })), ...writes]);
  const seconds = (performance.now() - begun) / 1000;
  console.log(
    `${count} schedulers with ${options.jobs} jobs each, ${options.compress} times faster than life, ${seconds.toFixed(0)} s, load ${loadavg()[0].toFixed(1)}`,
  );
  console.log(`\n${record.table()}\n`);
  console.log(`failed: ${record.failures.length}; unchanged polls: ${record.unchanged}`);
  console.log(`freezer-api: ${((cpuOf(pids) - before) / 10 / seconds).toFixed(1)} % of one core, peak ${(peakOf(pids) / 2 ** 20).toFixed(0)} MB`);
  for (const failure of [...new Set(record.failures)].slice(0, 10)) console.log(failure);
  process.exitCode = record.failures.length > 0 ? 1 : 0;
  for (const scheduler of schedulers) await scheduler.close();
}

try {
  await main();
} finally {
  for (const close of closers) await close();
  rmSync(work, { recursive: true, force: true });
}
