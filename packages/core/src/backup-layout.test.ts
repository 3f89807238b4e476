import { expect, it } from '@jest/globals';
import { checkNamePart } from './backup-layout.ts';

it('a name that lies where another set has its levels is refused: they would be removed as remains of that set', () => {
  for (const [name, other] of [
    ['a/5/6_7', 'a'],
    ['a/b/1795243882/0_1795243882/c', 'a/b'],
  ] as const) {
    expect(() => checkNamePart('--backup-name', name)).toThrow(`--backup-name: '${name}' must not look like a backup of '${other}'`);
  }
  for (const name of ['a/5', 'db/2026/11_b', '5/6_7', 'a/5_6/7_8']) expect(() => checkNamePart('--backup-name', name)).not.toThrow();
});
