import { linkSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';

/** One change of a tree. */
export interface TreeChange {
  readonly kind: string;
  readonly path: string;
  readonly other: string;
}

const segment = fc.constantFrom('a', 'b', 'c');
export const somePath = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

/** Changes of a small tree: renamed, exchanged and replaced directories are frequent. */
export const someChange: fc.Arbitrary<TreeChange> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('mkdir', 'write', 'symlink', 'remove'), path: somePath, other: somePath }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('rename'), path: somePath, other: somePath }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('swap', 'link'), path: somePath, other: somePath }) },
);

/** What cannot be done (a directory into itself, a file as a directory) is left. */
export function applyChange(root: string, { kind, path: name, other }: TreeChange, count: number): void {
  const at = join(root, name);
  const to = join(root, other);
  const actions: Readonly<Record<string, () => void>> = {
    mkdir: () => mkdirSync(at, { recursive: true }),
    write: () => {
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, `content ${count}`);
    },
    symlink: () => symlinkSync(`../${other}`, at),
    remove: () => rmSync(at, { recursive: true }),
    rename: () => {
      lstatSync(at);
      if (!`${to}/`.startsWith(`${at}/`) && !`${at}/`.startsWith(`${to}/`)) rmSync(to, { recursive: true, force: true });
      renameSync(at, to);
    },
    swap: () => {
      if (`${to}/`.startsWith(`${at}/`) || `${at}/`.startsWith(`${to}/`)) return;
      lstatSync(to);
      renameSync(at, join(root, 'aside'));
      renameSync(to, at);
      renameSync(join(root, 'aside'), to);
    },
    link: () => linkSync(at, to),
  };
  try {
    actions[kind]?.();
  } catch {
    // Not possible in this tree.
  }
}
