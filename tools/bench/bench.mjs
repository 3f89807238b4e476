#!/usr/bin/env node
// `npm run bench`: what our agent costs beside the same tar command line without it and beside other tools: real processes, interleaved in a
// rotated order, on seeded data. CPU seconds count all children. Wall times mean something only on an idle machine.
//   npm run bench -- [--files 10000] [--mb 100] [--rounds 3] [--seed 20] [--work DIR] [--only PEER,PEER] [--agent MAIN.js] [--json FILE]
// The exit code is 1 when a target was missed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { describeTree, differences } from '../checks/trees.mjs';
import { ROOT } from '../ci/step.mjs';
import { measure, storedBytes } from './measure.mjs';
import { base, basePigz } from './peers/base.mjs';
import { borg } from './peers/borg.mjs';
import { ours } from './peers/ours.mjs';
import { pythonFreezer } from './peers/python-freezer.mjs';
import { quote } from './peers/quote.mjs';
import { restic } from './peers/restic.mjs';
import { SourceTree } from './source-tree.mjs';
import { resultTable, targetTable } from './table.mjs';
import { targets } from './targets.mjs';

/** Levels of the chain that is restored: the full, and as many increments with and without changes. */
const LEVELS = 7;

/** What a chain with a pass file costs each run, whatever it does (packages/codec/src/keys.ts). */
const CHAIN_KEY = "require('node:crypto').scryptSync('x', 'y', 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 })";

const GZIP = { name: 'gzip', compression: 'gzip', encrypted: false };
const SECRET = { name: 'zstd+enc', compression: 'zstd', encrypted: true };
const PEERS = [
  { name: 'ours gzip', make: ours, variant: GZIP },
  { name: 'base gzip', make: base, variant: GZIP },
  { name: 'base pigz', make: basePigz, variant: GZIP },
  { name: 'python gzip', make: pythonFreezer, variant: GZIP },
  { name: 'ours zstd+enc', make: ours, variant: SECRET },
  { name: 'base zstd+enc', make: base, variant: SECRET },
  { name: 'python gzip+enc', make: pythonFreezer, variant: SECRET },
  { name: 'restic', make: restic, variant: SECRET },
  { name: 'borg', make: borg, variant: SECRET },
];

const { values: options } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    mb: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '20' },
    work: { type: 'string', default: tmpdir() },
    only: { type: 'string' },
    agent: { type: 'string' },
    json: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const work = mkdtempSync(join(options.work, 'freezer-bench-'));

async function main() {
  const source = join(work, 'source');
  const passFile = join(work, 'pass-file');
  writeFileSync(passFile, 'correct horse battery staple\n', { mode: 0o600 });
  const tree = new SourceTree(source, Number(options.seed));
  tree.create({ files: Number(options.files), bytes: Number(options.mb) * 1e6 });
  const agent = options.agent ?? buildAgent();
  const needs = {
    source,
    passFile,
    agent,
    tarArguments: await bundled('packages/engine-tar/src/tar-arguments.ts'),
    zstdArguments: (await bundled('packages/codec/src/zstd.ts')).ZSTD_ARGUMENTS,
  };
  console.log(
    `${options.files} files, ${options.mb} MB, seed ${options.seed}; ${rounds} rounds; Node ${process.version}, ${availableParallelism()} cores, load ${load()}`,
  );
  const run = new Bench(choosePeers(needs));
  await run.start(agent);
  await run.fulls();
  await run.increments(tree);
  await run.lists();
  await run.restores(source);
  report(run);
}

const load = () =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(' ');

function choosePeers(needs) {
  const wanted = options.only?.split(',');
  const chosen = PEERS.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const places = chosen.map((peer) => ({ ...peer, place: { store: join(work, peer.name, 'store'), state: join(work, peer.name, 'state') } }));
  const missing = places.filter(({ make, place, variant }) => make({ ...needs, place, variant }) === undefined).map(({ name }) => name);
  if (missing.length > 0) console.log(`left out, not installed: ${missing.join(', ')}`);
  return places
    .filter(({ name }) => !missing.includes(name))
    .map((peer) => ({ ...peer, again: () => peer.make({ ...needs, place: peer.place, variant: peer.variant }) }));
}

/** Into a folder of its own: what lies in apps/agent/dist may be of another day. */
function buildAgent() {
  const folder = join(work, 'agent');
  execFileSync(process.execPath, ['build.mjs', folder], { cwd: join(ROOT, 'apps', 'agent'), stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'main.js');
}

/** A file of ours that tells the very command lines of the agent. */
async function bundled(file) {
  const { build } = createRequire(join(ROOT, 'package.json'))('esbuild');
  const outfile = join(work, basename(file, '.ts').concat('.mjs'));
  await build({ entryPoints: [join(ROOT, file)], bundle: true, format: 'esm', platform: 'node', outfile });
  return import(pathToFileURL(outfile).href);
}

class Bench {
  results = [];
  #peers;
  /** The repository of the last round of fulls goes on. */
  #tools = new Map();

  constructor(peers) {
    this.#peers = peers;
  }

  async start(agent) {
    const commands = [
      { name: 'ours --version', script: quote(process.execPath, agent, '--version') },
      { name: 'node -e 0', script: quote(process.execPath, '-e', '0') },
      { name: 'node, chain key', script: quote(process.execPath, '-e', CHAIN_KEY) },
    ];
    for (let round = 0; round < rounds * 5; round += 1) {
      for (const { name, script } of round % 2 === 0 ? commands : commands.toReversed()) {
        this.results.push({ row: 'start', peer: name, base: 'node -e 0', round, ...(await measure(script, { log: join(work, 'log') })) });
      }
    }
  }

  async fulls() {
    for (let round = 0; round < rounds; round += 1) {
      for (const peer of this.#rotated(round)) {
        rmSync(join(peer.place.store, '..'), { recursive: true, force: true });
        for (const folder of Object.values(peer.place)) mkdirSync(folder, { recursive: true });
        const tool = peer.again();
        this.#tools.set(peer.name, tool);
        if (tool.prepare) await measure(tool.prepare(), { log: join(work, 'log'), env: tool.env });
        await this.#take('full', peer, round, tool.full());
      }
    }
  }

  /** A file that changed in the second of a snapshot file looks changed to the next level; levels of Freezer are named by seconds. */
  async increments(tree) {
    for (let level = 1; level < LEVELS; level += 1) {
      const isUnchanged = level % 2 === 1;
      if (!isUnchanged) tree.change(level);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      for (const peer of this.#rotated(level)) {
        const tool = this.#tools.get(peer.name);
        if (tool.increment) await this.#take(isUnchanged ? 'unchanged' : 'changed 1 %', peer, level, tool.increment());
      }
    }
  }

  async lists() {
    for (let round = 0; round < rounds; round += 1) {
      for (const peer of this.#rotated(round)) {
        const tool = this.#tools.get(peer.name);
        if (tool.list) await this.#take('list', peer, round, tool.list());
      }
    }
  }

  async restores(source) {
    const expected = contents(source);
    for (let round = 0; round < rounds; round += 1) {
      for (const peer of this.#rotated(round)) {
        const target = join(work, 'target');
        const tool = this.#tools.get(peer.name);
        if (tool.restore === undefined) continue;
        await this.#take('restore', peer, round, tool.restore(target));
        const [first] = round === 0 ? differences(expected, contents(tool.restoredBelow(target))) : [];
        if (first !== undefined) throw new Error(`${peer.name} did not restore what was there: ${first}`);
        rmSync(target, { recursive: true, force: true });
      }
    }
  }

  #rotated(round) {
    const at = round % this.#peers.length;
    return [...this.#peers.slice(at), ...this.#peers.slice(0, at)];
  }

  async #take(row, peer, round, script) {
    const measured = await measure(script, { log: join(work, 'log'), env: this.#tools.get(peer.name).env });
    const result = { row, peer: peer.name, base: `base ${peer.variant.name}`, round, ...measured, stored: storedBytes(peer.place.store) };
    this.results.push(result);
    console.error(`${row} ${round} ${peer.name}: CPU ${result.cpu.toFixed(3)} s, wall ${result.wall.toFixed(2)} s, load ${load()}`);
  }
}

/** Names, types, modes, contents. Not times: not every tool keeps those of folders. */
const contents = (folder) => new Map([...describeTree(folder)].map(([path, line]) => [path, line.replace(/^(\S+ \S+ \S+) \S+/, '$1')]));

function report(run) {
  const found = targets(run.results, { files: Number(options.files) });
  console.log(
    `\n${resultTable(
      run.results,
      PEERS.map(({ name }) => name),
    )}\n\n${targetTable(found)}\n\nload at the end: ${load()}`,
  );
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ options, results: run.results, targets: found }, null, 1)}\n`);
  process.exitCode = found.some(({ holds }) => holds === false) ? 1 : 0;
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
