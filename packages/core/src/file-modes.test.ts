import { expect, it } from '@jest/globals';
import { folderModeOf, readFileMode } from './file-modes.ts';

it.each([
  ['0600', 0o600],
  ['640', 0o640],
  ['0o664', 0o664],
  [0o666, 0o666],
])('%s is a mode', (value, mode) => expect(readFileMode(value)).toBe(mode));

it.each(['0700', '0400', '060', '0688', '', 'rw', 0o4600, 0.5, undefined, null])('%s is none', (value) => expect(readFileMode(value)).toBeUndefined());

it('who may read a file may enter its folder', () => expect([0o600, 0o640, 0o666].map(folderModeOf)).toEqual([0o700, 0o750, 0o777]));
