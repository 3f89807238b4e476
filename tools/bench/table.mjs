import { median } from './measure.mjs';

const mega = (bytes) => (bytes === undefined || bytes === 0 ? '-' : (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0));

export function lines(heads, rows) {
  const all = [heads, ...rows];
  const widths = heads.map((_, at) => Math.max(...all.map((row) => row[at].length)));
  const line = (row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
      .join('  ')
      .trimEnd();
  return [line(heads), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** Median over the rounds of what this peer took, divided by what the base took in the same round. */
function ratio(results, { row, peer, base }, value) {
  const others = new Map(results.filter((each) => each.row === row && each.peer === base).map((each) => [each.round, value(each)]));
  const pairs = results.filter((each) => each.row === row && each.peer === peer && others.has(each.round));
  // Below that the figure is the machine's and not the program's.
  if (pairs.length === 0 || Math.min(...others.values()) < 0.02) return '-';
  return median(pairs.map((each) => value(each) / others.get(each.round))).toFixed(2);
}

/** Medians, one line for each row and peer, these in the order of `peers`. */
export function resultTable(results, peers) {
  const heads = ['row', 'peer', 'runs', 'CPU s', '/ base', 'wall s', '/ base', 'Node MB', 'all MB', 'stored MB'];
  const names = new Map(results.map(({ row, peer, base }) => [`${row} ${peer}`, { row, peer, base }]));
  const rowNames = [...new Set(results.map(({ row }) => row))];
  const place = ({ row, peer }) => rowNames.indexOf(row) * 1000 + peers.indexOf(peer);
  const rows = [...names.values()]
    .toSorted((a, b) => place(a) - place(b))
    .map((name) => {
      const own = results.filter((each) => each.row === name.row && each.peer === name.peer);
      const of = (value) => median(own.map(value));
      return [
        name.row,
        name.peer,
        String(own.length),
        of(({ cpu }) => cpu).toFixed(3),
        ratio(results, name, ({ cpu }) => cpu),
        of(({ wall }) => wall).toFixed(2),
        ratio(results, name, ({ wall }) => wall),
        mega(of(({ nodeBytes }) => nodeBytes)),
        mega(of(({ allBytes }) => allBytes)),
        mega(own.at(-1).stored),
      ];
    });
  return lines(heads, rows);
}

const short = (figure) => (figure === undefined ? '-' : figure.toFixed(figure < 10 ? 2 : 0));

export function targetTable(targets) {
  const verdict = { true: 'holds', false: 'MISSED', undefined: 'not measured' };
  return lines(
    ['target', 'limit', 'measured', 'floor', ''],
    targets.map(({ name, limit, measured, floor, holds }) => [name, String(limit), short(measured), short(floor), verdict[holds]]),
  );
}
