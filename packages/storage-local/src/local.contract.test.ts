import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SILENT, type Storage } from '@freezer/core';
import { describeStorageContract } from '@freezer/testing';
import { afterAll } from '@jest/globals';
import { localStorage } from './local-plugin.ts';

const base = mkdtempSync(path.join(tmpdir(), 'freezer-local-'));
let root = base;

const openAs = async (id: string): Promise<Storage> =>
  await localStorage.open(localStorage.settings.parse({ container: `${root}/backups` }), { logger: SILENT, run: { id, owner: Buffer.from(`owner of ${id}`) } });

afterAll(() => rmSync(base, { recursive: true, force: true }));

describeStorageContract('local', {
  open: async () => {
    root = await mkdtemp(`${base}/`);
    return await openAs('run-one');
  },
  openAnother: async () => await openAs('run-two'),
});
