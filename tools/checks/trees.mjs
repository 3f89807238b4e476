import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** How the second tree differs from the first, one line each: names, types, modes, owners, times, sizes, bytes, link targets. */
export function differences(first, second) {
  const left = described(first);
  const right = described(second);
  const found = [];
  for (const [path, line] of left) if (right.get(path) !== line) found.push(`${path}: ${line}, restored: ${right.get(path) ?? 'missing'}`);
  for (const path of right.keys()) if (!left.has(path)) found.push(`${path}: not in the source`);
  return found;
}

function described(root) {
  const lines = new Map();
  for (const name of ['', ...readdirSync(root, { recursive: true })]) {
    const path = join(root, name);
    const stat = lstatSync(path, { bigint: true });
    const type = stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : stat.isFile() ? 'file' : 'other';
    const content = type === 'file' ? readFileSync(path, 'base64') : type === 'link' ? readlinkSync(path) : '';
    lines.set(name, `${type} ${(stat.mode & 0o7777n).toString(8)} ${stat.uid}:${stat.gid} ${stat.mtimeNs} ${content}`);
  }
  return lines;
}
