import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FtpPlace } from './harness/ftp-place.ts';
import { Lab } from './harness/lab.ts';
import type { Options } from './harness/our-agent.ts';
import { SshPlace } from './harness/ssh-place.ts';
import { SwiftPlace, SwiftSet } from './harness/swift-place.ts';
import { expectOneLine, mustAgent, runAgent } from './safety/agent-runs.ts';
import { exists, remainsOf } from './safety/remains.ts';
import { SmallDisk } from './safety/small-disk.ts';

// Removal of old points makes room where there is none left for its lock.
jest.setTimeout(600_000);

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
  for (const name of ['a', 'b']) await writeFile(join(lab.source, name), randomBytes(1024 * 1024));
});
afterEach(() => lab.close());

/** A full with two increments, then a full of each. */
const LEVELS = ['--incremental', '--incremental', '--incremental', '--no-incremental', '--no-incremental'];

async function fillWithPoints(options: Options): Promise<void> {
  for (const level of LEVELS) {
    await writeFile(join(lab.source, 'changing'), randomBytes(200_000));
    await mustAgent(lab, 'backup', ['-F', lab.source, level, '--compression', 'none', ...options]);
  }
}

async function expectRoomIsMade(options: Options): Promise<void> {
  const before = await runAgent(lab, 'backup', ['-F', lab.source, '--no-incremental', '--compression', 'none', ...options]);
  expect(before.code).toBe(1);
  expect(expectOneLine(before)).toMatch(/no space left|the server refused/);
  const printed = await mustAgent<{ sets: readonly { removed: readonly object[] }[] }>(lab, 'admin', ['--keep-last', '1', ...options]);
  expect(printed.sets[0]?.removed).toHaveLength(LEVELS.length - 1);
  await mustAgent(lab, 'verify', options);
  await mustAgent(lab, 'backup', ['-F', lab.source, '--incremental', '--compression', 'none', ...options]);
}

const DISKS = [
  ['tmpfs', () => SmallDisk.mount(lab.store, 20)],
  ['ext4', () => SmallDisk.mountImage(lab.store, join(lab.root, 'image'), 20)],
] as const;

describe.each(DISKS)('a full disk, %s', (name, mount) => {
  it('of this host', async () => {
    await using disk = await mount();
    await fillWithPoints([]);
    await disk.fillUp();
    await expectRoomIsMade([]);
    expect(await remainsOf(lab)).toEqual([]);
    expect(await lab.levels()).toHaveLength(2);
  });

  it.each([1, 2, 4, 8, 16])('with %d blocks left: enough for some of what a removal writes, and not for all', async (blocks) => {
    await using disk = await mount();
    await fillWithPoints([]);
    await disk.fillUp({ keepBlocks: blocks });
    await mustAgent(lab, 'admin', ['--keep-last', '1']);
    await mustAgent(lab, 'verify', []);
    expect(await remainsOf(lab)).toEqual([]);
    expect(await lab.levels()).toHaveLength(1);
  });

  it('of an SSH server', async () => {
    await using place = await SshPlace.open(lab.root);
    await using disk = await mount();
    await fillWithPoints(place.options);
    await disk.fillUp();
    await expectRoomIsMade(place.options);
    expect(await remainsOf(lab)).toEqual([]);
    expect(await lab.levels()).toHaveLength(2);
  });

  it('of an FTP server', async () => {
    using place = await FtpPlace.open();
    await using disk = await mount();
    await chmod(lab.root, 0o755);
    place.share(lab);
    const options = name === 'ext4' ? [...place.options, '--ftp-port', `${place.servers.facts.facts_port}`] : place.options;
    await fillWithPoints(options);
    await disk.fillUp();
    await expectRoomIsMade(options);
    expect(await exists(`${lab.store}/.freezer-tmp`)).toBe(false);
    expect(await lab.levels()).toHaveLength(2);
  });
});

describe('a Swift container over its quota', () => {
  let place: SwiftPlace;
  beforeAll(async () => {
    place = await SwiftPlace.start();
  });
  afterAll(() => place.stop());

  it('is freed of what the policy lets go', async () => {
    const set = new SwiftSet(place, lab);
    for (const level of LEVELS) {
      await writeFile(join(lab.source, 'changing'), randomBytes(200_000));
      const ended = await set.ours('backup', ['-F', lab.source, '--max-segment-size', '500000', '--compression', 'none', level]);
      expect(ended).toMatchObject({ code: 0 });
      await lab.tick();
    }
    await place.server.limit(set.container, 100);
    const refused = await set.ours('backup', ['-F', lab.source, '--no-incremental']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/no space left: the quota is used up \(status 413/);
    expect(await set.ours('admin', ['--keep-last', '1'])).toMatchObject({ code: 0 });
    expect(await set.levels()).toHaveLength(1);
    expect((await set.names()).filter((key) => /lock|removing|started/.test(key))).toEqual([]);
    expect(await set.ours('verify')).toMatchObject({ code: 0 });
  });
});
