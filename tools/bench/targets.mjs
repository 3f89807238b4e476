import { availableParallelism } from 'node:os';
import { median } from './measure.mjs';
import { find } from './peers/find.mjs';

/** What Node itself may cost beside the same command line without it, in CPU seconds. */
const NODE_SECONDS = 0.15;
const COUNTED_FILES = 10_000;

/** Median, over the rounds in which both ran, of what `value` makes of the two. */
function overRounds(results, row, left, right, value) {
  const of = (peer) => new Map(results.filter((each) => each.row === row && each.peer === peer).map((each) => [each.round, each]));
  const others = of(right);
  const values = [...of(left)].filter(([round]) => others.has(round)).map(([round, mine]) => value(mine, others.get(round)));
  return values.length === 0 ? undefined : median(values);
}

const alone = (results, row, peer) => {
  const values = results.filter((each) => each.row === row && each.peer === peer).map(({ cpu }) => cpu);
  return values.length === 0 ? undefined : median(values);
};

const cpuRatio = (mine, other) => mine.cpu / other.cpu;
const cpuRatioBesideNode = (mine, other) => (mine.cpu - NODE_SECONDS) / other.cpu;
const wallRatio = (mine, other) => mine.wall / other.wall;
const underNode = `beside ${NODE_SECONDS} s for Node`;

/**
 * Each target with its limit, what was measured, and where one can be told the floor: the same without our own code. Undefined where a peer is
 * missing or the machine cannot tell.
 */
export function targets(results, { files }) {
  const ratio = (row, left, right, value) => overRounds(results, row, left, right, value);
  const cores = availableParallelism();
  const hasTwo = cores >= 2 && find('pigz') !== undefined;
  const small = files <= COUNTED_FILES;
  /** Node alone, and the base beside it. */
  const node = (start, row, peer) => {
    const parts = [alone(results, 'start', start), row && alone(results, row, peer)].filter((part) => part !== undefined);
    return parts.length === (row ? 2 : 1) ? parts.reduce((sum, part) => sum + part, 0) : undefined;
  };
  const peakNode = Math.max(...results.filter(({ nodeBytes }) => nodeBytes > 0).map(({ nodeBytes }) => nodeBytes)) / 2 ** 20;
  return [
    {
      name: `full, gzip: CPU / base, ${underNode}`,
      limit: 1.05,
      measured: ratio('full', 'ours gzip', 'base gzip', cpuRatioBesideNode),
      floor: ratio('full', 'base pigz', 'base gzip', cpuRatio),
    },
    {
      name: `full, gzip: wall / base with one gzip, ${cores} cores, pigz`,
      limit: 0.7,
      measured: hasTwo ? ratio('full', 'ours gzip', 'base gzip', wallRatio) : undefined,
      floor: ratio('full', 'base pigz', 'base gzip', wallRatio),
    },
    { name: `full, zstd, encrypted: CPU / base, ${underNode}`, limit: 1.5, measured: ratio('full', 'ours zstd+enc', 'base zstd+enc', cpuRatioBesideNode) },
    {
      name: 'full, zstd, encrypted: CPU / restic',
      limit: 0.6,
      measured: ratio('full', 'ours zstd+enc', 'restic', cpuRatio),
      floor: ratio('full', 'base zstd+enc', 'restic', cpuRatio),
    },
    {
      name: 'increment without changes, gzip: CPU s',
      limit: 0.3,
      measured: small ? alone(results, 'unchanged', 'ours gzip') : undefined,
      floor: node('node -e 0', 'unchanged', 'base gzip'),
    },
    {
      name: 'increment without changes, zstd, encrypted: CPU s',
      limit: 0.3,
      measured: small ? alone(results, 'unchanged', 'ours zstd+enc') : undefined,
      floor: node('node, chain key', 'unchanged', 'base zstd+enc'),
    },
    { name: 'list: CPU s', limit: 0.25, measured: alone(results, 'list', 'ours gzip'), floor: node('node -e 0') },
    { name: `restore of seven levels, gzip: CPU / base, ${underNode}`, limit: 1.3, measured: ratio('restore', 'ours gzip', 'base gzip', cpuRatioBesideNode) },
    {
      name: 'restore of seven levels, gzip: CPU / Python Freezer',
      limit: 0.5,
      measured: ratio('restore', 'ours gzip', 'python gzip', cpuRatio),
      floor: ratio('restore', 'base gzip', 'python gzip', cpuRatio),
    },
    {
      name: `restore of seven levels, zstd, encrypted: CPU / base, ${underNode}`,
      limit: 1.3,
      measured: ratio('restore', 'ours zstd+enc', 'base zstd+enc', cpuRatioBesideNode),
    },
    { name: '--version: CPU / node -e 0', limit: 1.5, measured: ratio('start', 'ours --version', 'node -e 0', cpuRatio) },
    { name: 'peak memory of Node, MB', limit: 128, measured: Number.isFinite(peakNode) ? peakNode : undefined },
  ].map((target) => ({ ...target, holds: target.measured === undefined ? undefined : target.measured <= target.limit }));
}
