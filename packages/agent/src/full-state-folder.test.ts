import { tmpdir } from 'node:os';
import { FreezerError } from '@freezer/core';
import { expect, it } from '@jest/globals';
import { namingStateFolder } from './full-state-folder.ts';

const settings = { state_dir: '/var/lib/freezer', dry_run: false };
const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

it('names the folder that is full, and the option for another', () => {
  expect(namingStateFolder(full, settings)).toMatchObject({
    code: 'unavailable',
    message: 'state folder /var/lib/freezer: cannot be written: ENOSPC: no space left on device, write; make room, or name another by --state-dir',
  });
  expect(namingStateFolder(full, { ...settings, dry_run: true })).toMatchObject({
    message: `temporary folder ${tmpdir()}: cannot be written: ENOSPC: no space left on device, write; make room, or name another by TMPDIR`,
  });
});

it('leaves errors alone that say where they are, and all others', () => {
  const others = [new FreezerError('unavailable', 'local storage: no space left', { cause: full }), Object.assign(new Error('EIO'), { code: 'EIO' }), 'text'];
  for (const error of others) expect(namingStateFolder(error, settings)).toBe(error);
});
