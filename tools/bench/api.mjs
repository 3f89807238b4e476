#!/usr/bin/env node
// What our freezer-api answers beside Debian's: both on SQLite and behind one real Keystone, with the same jobs (ours are imported from the tables of the
// other) and the same load, in turns. The other has two processes; ours is measured with one, its default, and with two, which the targets are for.
//   node tools/bench/api.mjs [--jobs 10000] [--rounds 5] [--seconds 2] [--warm 3000] [--connections 8] [--only ROW,ROW] [--ours] [--flat 1000,1000000] [--json FILE]
// --flat: instead, ours alone with each of these numbers of jobs. --ours: without the other. Needs tools/lab/install.sh. Exit 1 when a target was missed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clientIds, clientName, fillOurs, fillPython, JOBS_OF_A_CLIENT, jobIds, jobOf } from './api/documents.mjs';
import { load } from './api/load.mjs';
import { Keystone, OurApi, OurPlace, PythonApi } from './api/place.mjs';
import { flatTable, flatTargets, loadTable, loadTargets, OURS } from './api/tables.mjs';
import { targetTable } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    warm: { type: 'string', default: '3000' },
    connections: { type: 'string', default: '8' },
    only: { type: 'string' },
    ours: { type: 'boolean', default: false },
    flat: { type: 'string' },
    work: { type: 'string', default: tmpdir() },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const connections = Number(options.connections);
const work = mkdtempSync(join(options.work, 'freezer-bench-api-'));
const closers = [];
const WARM_MS = 30_000;

/** What is asked, as callers do: the scheduler of Python searches with a body. `seconds`: how long a load takes at the other, which is slow. */
function rows({ projectId, token }, { jobs, clients }) {
  const headers = { 'x-auth-token': token, accept: 'application/json', 'user-agent': 'python-requests/2.28.1', 'content-type': 'application/json' };
  const { 'content-type': _, ...plain } = headers;
  const path = `/v2/${projectId}/jobs`;
  const search = { match_not: [{ status: 'completed' }], match: [{ client_id: '@' }] };
  const all = [
    { row: 'GET one job', method: 'GET', path: `${path}/@`, headers: plain, ids: jobs },
    { row: 'page of 10', method: 'GET', path: `${path}?limit=10&offset=0`, headers: plain, ids: jobs },
    { row: 'search by client', method: 'GET', path: `${path}/?limit=10&offset=0`, headers, body: search, ids: clients, pythonSeconds: 10 },
    { row: 'POST a job', method: 'POST', path, headers, body: jobOf('@'), ids: clients },
  ];
  const wanted = options.only?.split(',');
  return all.filter(({ row }) => !wanted || wanted.includes(row));
}

const stopLater = (server) => {
  closers.unshift(() => server.stop());
  return server;
};

async function compare(keystone, account, build) {
  const jobs = Number(options.jobs);
  const python = stopLater(await PythonApi.start(work, keystone));
  await fillPython(python, account, jobs);
  const node = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const ours = [];
  for (const workers of [1, 2]) {
    const place = new OurPlace(work, `ours-${workers}`, keystone, build);
    process.stderr.write(place.manage('-y', 'db', 'import', '--from', `sqlite:///${python.database}`));
    ours.push(stopLater(await OurApi.start(place, { name: OURS[workers], options: ['--workers', String(workers)], node })));
  }
  const requests = rows(account, { jobs: jobIds(python, join(work, 'jobs')), clients: clientIds(jobs / JOBS_OF_A_CLIENT, join(work, 'clients')) });
  const peers = options.ours ? ours : [python, ...ours];
  const results = [];
  // A service runs for weeks: what Node compiles in its first thousands of requests is no part of what they cost.
  for (const request of requests) {
    for (const peer of peers) await warmed(peer, request, peer === python ? 1 : Number(options.warm));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const request of requests) {
      for (const peer of round % 2 === 0 ? peers : peers.toReversed()) {
        const seconds = peer === python ? (request.pythonSeconds ?? Number(options.seconds)) : Number(options.seconds);
        results.push(await taken(peer, request, peer.name, { round, seconds }));
      }
    }
  }
  return { results, table: loadTable(results), targets: loadTargets(results) };
}

async function warmed(server, request, count) {
  const until = performance.now() + WARM_MS;
  for (let done = 0; done < count && performance.now() < until; ) done += (await load(server, request, { seconds: 2, connections, work })).rate * 2;
}

async function flat(keystone, account, build) {
  const servers = [];
  const clients = clientIds(1, join(work, 'clients'));
  for (const count of options.flat.split(',').map(Number)) {
    const place = new OurPlace(work, `ours-${count}`, keystone, build);
    const begun = performance.now();
    const ids = await fillOurs(place, account, { jobs: count, clients: Math.max(1, count / JOBS_OF_A_CLIENT) });
    console.error(`${count} jobs written in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    writeFileSync(join(work, `jobs-${count}`), ids.filter((_, at) => at % Math.ceil(count / 10_000) === 0).join('\n'));
    writeFileSync(clients, Array.from({ length: Math.min(100, count / JOBS_OF_A_CLIENT) }, (_, at) => `${clientName(at)}\n`).join(''));
    servers.push({ server: stopLater(await OurApi.start(place)), count, requests: rows(account, { jobs: join(work, `jobs-${count}`), clients }) });
  }
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const at of servers[0].requests.keys()) {
      for (const { server, count, requests } of round % 2 === 0 ? servers : servers.toReversed()) {
        if (requests[at].method !== 'GET') continue;
        results.push({ ...(await taken(server, requests[at], String(count), { round, seconds: Number(options.seconds) })), count });
      }
    }
  }
  return { results, table: flatTable(results), targets: flatTargets(results) };
}

async function taken(server, request, peer, { round, seconds }) {
  const result = { row: request.row, peer, round, ...(await load(server, request, { seconds, connections, work })) };
  console.error(`${request.row} ${round} ${peer}: ${result.rate.toFixed(0)}/s, p50 ${result.p50} ms, p99 ${result.p99} ms, load ${loadavg()[0].toFixed(1)}`);
  return result;
}

async function main() {
  const build = OurPlace.build(work);
  const keystone = stopLater(await Keystone.start(work));
  const account = await keystone.login('alpha');
  console.log(`${rounds} rounds, ${connections} connections; Node ${process.version}, ${availableParallelism()} cores`);
  const { results, table, targets } = await (options.flat ? flat : compare)(keystone, account, build);
  console.log(`\n${table}\n\n${targetTable(targets)}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ options, results, targets }, null, 1)}\n`);
  process.exitCode = targets.some(({ holds }) => holds === false) ? 1 : 0;
}

try {
  await main();
} finally {
  for (const close of closers) await close();
  rmSync(work, { recursive: true, force: true });
}
