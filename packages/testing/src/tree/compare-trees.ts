import type { TreeEntry } from './tree-entry.ts';

/** A part of an entry that is not to be compared, such as what another user than root cannot restore; 'root': the entry `.` altogether. */
export type TreeFacet = 'owner' | 'mtime' | 'mode' | 'hardLinks' | 'holes' | 'xattrs' | 'acl' | 'root';

/** So much more than the original may a restored file take on the disk: other block sizes, metadata of the file system. */
const SLACK_BYTES = 131_072;

/** One line per difference, empty when the trees are equal. A restored file may take less room than the original, never much more. */
export function compareTrees(
  expected: readonly TreeEntry[],
  actual: readonly TreeEntry[],
  options: { readonly without?: readonly TreeFacet[] } = {},
): string[] {
  const without = new Set(options.without ?? []);
  const found = new Map(actual.map((entry) => [entry.path, entry]));
  const wanted = new Set(expected.map(({ path }) => path));
  return [
    ...expected.flatMap((entry) => differences(entry, found.get(entry.path), without)),
    ...actual.filter(({ path }) => !wanted.has(path)).map(({ path, type }) => `${shown(path)}: is there (${type}) and should not be`),
  ];
}

/** A path in one line of ASCII. */
const shown = (path: string): string => JSON.stringify(path).replaceAll(/[\u007f-\u00ff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);

function differences(expected: TreeEntry, actual: TreeEntry | undefined, without: ReadonlySet<TreeFacet>): string[] {
  if (expected.path === '.' && without.has('root')) return [];
  if (!actual) return [`${shown(expected.path)}: is missing (${expected.type})`];
  if (expected.type !== actual.type) return [`${shown(expected.path)}: type ${expected.type} became ${actual.type}`];
  const facts: (readonly [string, unknown, unknown])[] = [
    ['size', expected.size, actual.size],
    ['bytes', expected.sha256, actual.sha256],
    ['target', expected.target, actual.target],
    ['device', text(expected.device), text(actual.device)],
  ];
  // The mode of a symbolic link means nothing.
  if (!without.has('mode') && expected.type !== 'symlink') facts.push(['mode', expected.mode.toString(8), actual.mode.toString(8)]);
  if (!without.has('owner')) facts.push(['owner', `${expected.uid}:${expected.gid}`, `${actual.uid}:${actual.gid}`]);
  if (!without.has('mtime')) facts.push(['mtime', expected.mtimeNs, actual.mtimeNs]);
  if (!without.has('hardLinks')) facts.push(['hard links', text(expected.hardLinks), text(actual.hardLinks)]);
  if (!without.has('xattrs')) facts.push(['xattrs', text(expected.xattrs), text(actual.xattrs)]);
  if (!without.has('acl')) facts.push(['ACL', text(expected.acl), text(actual.acl)]);
  return [
    ...facts
      .filter(([, left, right]) => left !== right)
      .map(([fact, left, right]) => `${shown(expected.path)}: ${fact} ${String(left)} became ${String(right)}`),
    ...(without.has('holes') ? [] : lostHoles(expected, actual)),
  ];
}

const text = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));

function lostHoles(expected: TreeEntry, actual: TreeEntry): string[] {
  const [before, after] = [expected.allocatedBytes ?? 0, actual.allocatedBytes ?? 0];
  if (after <= before + SLACK_BYTES) return [];
  return [`${shown(expected.path)}: holes are lost, ${before} bytes on the disk became ${after}`];
}
