import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { placeIfAbsent } from './place.ts';

describe('placeIfAbsent', () => {
  it('lets one of several win on a file system without hard links', async () => {
    const base = await mkdtemp(path.join(tmpdir(), 'freezer-place-'));
    const refuse = async (): Promise<void> => {
      throw Object.assign(new Error('Operation not permitted'), { code: 'EPERM' });
    };
    try {
      for (const name of ['a', 'b', 'c']) await writeFile(`${base}/${name}`, name);
      const results = await Promise.allSettled(['a', 'b', 'c'].map(async (name) => await placeIfAbsent(`${base}/${name}`, `${base}/target`, refuse)));
      const losers = results.filter((result) => result.status === 'rejected');
      expect(losers).toMatchObject([{ reason: { code: 'EEXIST' } }, { reason: { code: 'EEXIST' } }]);
      const left = await readdir(base);
      expect(left).toHaveLength(3);
      expect(left).not.toContain(await readFile(`${base}/target`, 'utf8'));
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });
});
