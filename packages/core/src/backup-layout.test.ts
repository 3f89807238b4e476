import { expect, it } from '@jest/globals';
import { checkNamePart, checkNewSet } from './backup-layout.ts';

it('a name that lies where another set has its levels is not taken for a new set: it would be removed as remains of that set', () => {
  for (const [host, name, other] of [
    ['h', 'a/5/6_7', 'h_a'],
    ['h', 'a/b/1795243882/0_1795243882/c', 'h_a/b'],
    ['h/5/6', '7', 'h'],
  ] as const) {
    expect(() => checkNewSet({ engine: 'tar', host, name })).toThrow(`'${host}_${name}' must not look like a backup of '${other}'`);
    expect(() => checkNamePart('--backup-name', name)).not.toThrow();
  }
  for (const name of ['a/5', 'db/2026/11_b', '5/6_7', 'a/5_6/7_8']) expect(() => checkNewSet({ engine: 'tar', host: 'h', name })).not.toThrow();
});
