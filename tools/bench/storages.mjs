#!/usr/bin/env node
// What a stream costs on its way to a server and back, beside the server's own client: real processes, in turn, on real servers of tools/lab.
//   node tools/bench/storages.mjs [--mb 512] [--rounds 3] [--only swift,ssh] [--work DIR] [--agent MAIN.js] [--json FILE]
// Ours is `backup --stdin` and `restore`; the peers are `swift upload` of standard input, in segments of the same size, and `sftp -b`. CPU seconds are
// those of the client. The exit code is 1 when a target was missed. Wall times mean something only on an idle machine.
import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../ci/step.mjs';
import { PLACES } from '../soak/places.mjs';
import { measure, median } from './measure.mjs';
import { ours, sftp, swiftClient } from './storages/peers.mjs';
import { resultTable, targetTable } from './table.mjs';

const MIB = 2 ** 20;
const SEGMENT_BYTES = 32 * MIB;
/** Beside one segment, which is held until the server has it. */
const NODE_BYTES = 100e6;
/** Throughput at least 0.8 of the peer's. */
const WALL_RATIO = 1.25;

const { values: options } = parseArgs({
  options: {
    mb: { type: 'string', default: '512' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'swift,ssh' },
    work: { type: 'string', default: tmpdir() },
    agent: { type: 'string' },
    json: { type: 'string' },
  },
});
const megabytes = Number(options.mb);
const rounds = Number(options.rounds);
const work = mkdtempSync(join(options.work, 'freezer-bench-'));
const stream = join(work, 'stream');
const load = () => loadavg()[0].toFixed(1);

/** Bytes that nothing makes smaller, the same in each run. */
function makeStream() {
  const noise = createCipheriv('aes-256-ctr', Buffer.alloc(32, 7), Buffer.alloc(16));
  const zeros = Buffer.alloc(MIB);
  const file = openSync(stream, 'w');
  for (let written = 0; written < megabytes * 1e6; written += MIB) writeSync(file, noise.update(zeros));
  closeSync(file);
}

/** Into a folder of its own: what lies in apps/agent/dist may be of another day. */
function buildAgent() {
  const folder = join(work, 'agent');
  execFileSync(process.execPath, ['build.mjs', folder], { cwd: join(ROOT, 'apps', 'agent'), stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'main.js');
}

const PEER_OF = {
  swift: () => swiftClient({ stream, segmentBytes: SEGMENT_BYTES }),
  ssh: (folder) => sftp({ stream, work: folder, ssh: JSON.parse(readFileSync(join(folder, 'sshd', 'lab.json'), 'utf8')) }),
};

async function benchOf(kind, agent, results) {
  const folder = join(work, kind);
  mkdirSync(folder);
  const place = await PLACES[kind](folder);
  try {
    const movers = [ours(place, { agent, stream, work: folder }), PEER_OF[kind](folder)];
    for (let round = 0; round < rounds; round += 1) {
      for (const mover of round % 2 === 0 ? movers : movers.toReversed()) {
        const set = `${mover.name}-${round}`;
        const take = async (row, script) => {
          const measured = await measure(script, { log: join(work, 'log'), env: place.environment });
          const result = { row: `${kind} ${row}`, peer: mover.name, base: movers[1].name, round, ...measured };
          results.push(result);
          console.error(`${result.row} ${round} ${mover.name}: CPU ${result.cpu.toFixed(2)} s, wall ${result.wall.toFixed(2)} s, load ${load()}`);
        };
        await take('upload', mover.upload(set));
        const target = join(folder, 'target');
        mkdirSync(target);
        await take('download', mover.download(set, target));
        execFileSync('cmp', [stream, mover.downloaded(target)]);
        rmSync(target, { recursive: true });
      }
    }
  } finally {
    place.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function targetsOf(kinds, results) {
  const measured = kinds.flatMap((kind) =>
    ['upload', 'download'].map((way) => {
      const row = results.filter((each) => each.row === `${kind} ${way}`);
      const [mine, others] = [row.filter(({ peer }) => peer === 'ours'), row.filter(({ peer }) => peer !== 'ours')];
      const ratios = mine.map(({ round, wall }) => wall / others.find((each) => each.round === round).wall);
      return { name: `${kind} ${way}: wall / ${others[0].peer}`, limit: WALL_RATIO, measured: median(ratios) };
    }),
  );
  const peak = Math.max(...results.filter(({ peer }) => peer === 'ours').map(({ nodeBytes }) => nodeBytes));
  return [...measured, { name: 'peak memory of Node, MB', limit: Math.floor((SEGMENT_BYTES + NODE_BYTES) / MIB), measured: peak / MIB }].map((target) => ({
    ...target,
    holds: target.measured <= target.limit,
  }));
}

try {
  chmodSync(work, 0o755);
  const kinds = options.only.split(',');
  makeStream();
  const agent = options.agent ?? buildAgent();
  console.log(
    `${options.mb} MB, segments of ${SEGMENT_BYTES / MIB} MiB; ${rounds} rounds; Node ${process.version}, ${availableParallelism()} cores, load ${load()}`,
  );
  const results = [];
  for (const kind of kinds) await benchOf(kind, agent, results);
  const found = targetsOf(kinds, results);
  const table = resultTable(results, ['ours', 'swift', 'sftp']);
  console.log(`\n${table}\n\n${targetTable(found)}\n\nload at the end: ${load()}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ options, results, targets: found }, null, 1)}\n`);
  process.exitCode = found.some(({ holds }) => !holds) ? 1 : 0;
} finally {
  rmSync(work, { recursive: true, force: true });
}
