import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

/**
 * Each path below a folder (and '' for itself) with what a restore must bring back, as one line: type, mode, owner, time in ns, number
 * of hard links of files, digest of the content or link target. Names are read as bytes, so that none is mistaken for another.
 */
export function describeTree(root) {
  const lines = new Map();
  const visit = (name) => {
    const path = name.length > 0 ? Buffer.concat([Buffer.from(`${root}/`), name]) : Buffer.from(root);
    const stat = lstatSync(path, { bigint: true });
    const of = (type, content, links = '') => `${type}${links} ${(stat.mode & 0o7777n).toString(8)} ${stat.uid}:${stat.gid} ${stat.mtimeNs} ${content}`;
    const key = name.toString('latin1');
    if (stat.isDirectory()) {
      lines.set(key, of('directory', ''));
      for (const child of readdirSync(path, { encoding: 'buffer' })) visit(name.length > 0 ? Buffer.concat([name, Buffer.from('/'), child]) : child);
    } else if (stat.isSymbolicLink()) lines.set(key, of('link', readlinkSync(path, 'latin1')));
    else if (stat.isFile()) lines.set(key, of('file', digestOf(path), stat.nlink > 1n ? `(${stat.nlink} names)` : ''));
    else lines.set(key, of('other', String(stat.rdev)));
  };
  visit(Buffer.alloc(0));
  return lines;
}

/** How the second description differs from the first, one line each. */
export function differences(first, second) {
  const found = [];
  for (const [path, line] of first) if (second.get(path) !== line) found.push(`'${path}': ${line}; restored: ${second.get(path) ?? 'missing'}`);
  for (const path of second.keys()) if (!first.has(path)) found.push(`'${path}': was not in the source`);
  return found;
}

const buffer = Buffer.alloc(1 << 20);

function digestOf(path) {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
