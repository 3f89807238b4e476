import type { TreeChange } from '@freezer/testing';
import * as fc from 'fast-check';

const segment = fc.constantFrom('a', 'b', 'c');
export const somePath = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

/** Changes of a small tree: renamed, exchanged and replaced directories are frequent. */
export const someChange: fc.Arbitrary<TreeChange> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom<TreeChange['kind']>('mkdir', 'write', 'symlink', 'remove'), path: somePath, other: somePath }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant<TreeChange['kind']>('rename'), path: somePath, other: somePath }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom<TreeChange['kind']>('swap', 'link'), path: somePath, other: somePath }) },
);
