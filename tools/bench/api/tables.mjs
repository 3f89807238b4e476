import { median } from '../measure.mjs';
import { lines } from '../table.mjs';

/** Names of ours in tables, by the number of its workers. */
export const OURS = { 1: 'ours, 1 process', 2: 'ours, 2 processes' };

/** How often ours must answer what the other answers once. */
const TIMES = { 'GET one job': 5, 'page of 10': 4, 'search by client': 600, 'POST a job': 5 };
const MOST_MEGABYTES = 160;
/** Of a store that has a thousand times as much: the rest is its caches, and the noise of a shared machine. */
const FLAT = 1.5;

const rowsOf = (results) => [...new Set(results.map(({ row }) => row))];
const of = (results, row, peer) => results.filter((each) => each.row === row && each.peer === peer);
const middle = (results, value) => median(results.map(value));

/** Median of the ratios of rounds. */
function ratio(results, row, [one, other], value) {
  const others = new Map(of(results, row, other).map((each) => [each.round, value(each)]));
  const values = of(results, row, one)
    .filter(({ round }) => others.has(round))
    .map((each) => value(each) / others.get(each.round));
  return values.length === 0 ? undefined : median(values);
}

const holding = (targets) => targets.map((target) => ({ ...target, holds: target.measured === undefined ? undefined : target.fits(target.measured) }));
const atLeast = (name, limit, measured) => ({ name, limit: `>= ${limit}`, measured, fits: (value) => value >= limit });
const below = (name, limit, measured) => ({ name, limit: `< ${limit}`, measured, fits: (value) => value < limit });

function tableOf(results, peers, more) {
  const heads = [
    'row',
    'peer',
    'req/s',
    more.head,
    'p50 ms',
    'p99 ms',
    'CPU ms a request',
    ...(more.cpuHead ? [more.cpuHead] : []),
    'peak MB a process',
    'errors',
  ];
  const body = rowsOf(results).flatMap((row) =>
    peers.flatMap((peer) => {
      const own = of(results, row, peer);
      if (own.length === 0) return [];
      const cell = (value, digits) => middle(own, value).toFixed(digits);
      return [
        [
          row,
          peer,
          cell(({ rate }) => rate, own[0].rate < 10 ? 2 : 0),
          more.cell(row, peer),
          cell(({ p50 }) => p50, 2),
          cell(({ p99 }) => p99, 2),
          cell(({ cpu }) => cpu, 2),
          ...(more.cpuCell ? [more.cpuCell(row, peer)] : []),
          cell(({ peak }) => peak / 2 ** 20, 0),
          String(own.reduce((sum, { bad }) => sum + bad, 0)),
        ],
      ];
    }),
  );
  return lines(heads, body);
}

const rate = (each) => each.rate;
const p99 = (each) => each.p99;

export function loadTable(results) {
  const times = (value) => (row, peer) => (peer === 'Python' ? '1' : (value(row, peer)?.toFixed(1) ?? '-'));
  return tableOf(results, ['Python', OURS[1], OURS[2]], {
    head: '/ Python',
    cell: times((row, peer) => ratio(results, row, [peer, 'Python'], rate)),
    // Says how many more requests the same processor time answers, also where others take their share of it.
    cpuHead: 'Python / it',
    cpuCell: times((row, peer) => ratio(results, row, ['Python', peer], ({ cpu }) => cpu)),
  });
}

export function loadTargets(results) {
  const ours = results.filter(({ peer }) => peer !== 'Python');
  const peak = Math.max(...ours.map((each) => each.peak)) / 2 ** 20;
  return holding([
    ...rowsOf(results).flatMap((row) => [
      atLeast(`${row}: requests a second / Python`, TIMES[row], ratio(results, row, [OURS[2], 'Python'], rate)),
      below(`${row}: p99 / Python`, 1, ratio(results, row, [OURS[2], 'Python'], p99)),
    ]),
    below('peak MB of a process of ours', MOST_MEGABYTES, peak),
    below(
      'errors of ours',
      1,
      ours.reduce((sum, { bad }) => sum + bad, 0),
    ),
  ]);
}

const sizesOf = (results) => [...new Set(results.map(({ count }) => count))].toSorted((one, two) => one - two).map(String);

export function flatTable(results) {
  const sizes = sizesOf(results);
  return tableOf(results, sizes, {
    head: `/ ${sizes[0]}`,
    cell: (row, size) => ratio(results, row, [size, sizes[0]], rate).toFixed(2),
  });
}

export function flatTargets(results) {
  const [small, ...more] = sizesOf(results);
  const largest = more.at(-1);
  if (largest === undefined) return [];
  return holding(
    rowsOf(results).map((row) =>
      below(
        `${row}: CPU with ${largest} / with ${small}`,
        FLAT,
        ratio(results, row, [largest, small], ({ cpu }) => cpu),
      ),
    ),
  );
}
