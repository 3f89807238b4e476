import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compareTrees } from './compare-trees.ts';
import { makeWeirdTree } from './make-weird-tree.ts';
import { readTree } from './read-tree.ts';

describe('trees as root', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'freezer-tree-'));
  });
  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  it('a copy by cp -a is equal, with device nodes, xattrs, ACLs and capabilities', async () => {
    await makeWeirdTree(`${base}/a`, { asRoot: true, socket: true });
    execFileSync('cp', ['-a', '--sparse=always', `${base}/a`, `${base}/b`]);
    const before = await readTree(`${base}/a`);
    expect(compareTrees(before, await readTree(`${base}/b`))).toEqual([]);
    const facts = (name: string) => before.find((entry) => entry.path === `root/${name}`);
    expect(facts('null')?.device).toEqual({ major: 1, minor: 3 });
    expect(facts('block')?.device).toEqual({ major: 259, minor: 70_000 });
    expect(facts('capable')?.xattrs.some((line) => line.startsWith('security.capability=0x'))).toBe(true);
    expect(facts('xattr')?.xattrs).toEqual(['user.comment=0x00ff0a22', 'user.second=0x74657874']);
    expect(facts('trusted')?.xattrs).toEqual(['trusted.freezer=0x01']);
    expect(facts('acl')?.acl).toContain('user:1234:rw-');
    expect(facts('default-acl')?.acl).toContain('default:user:1234:rwx');
    expect(before.find((entry) => entry.path === 'socket')?.type).toBe('socket');
  });

  it.each([
    ['a capability', 'setcap -r root/capable', /root\/capable.*xattrs/],
    ['an xattr', 'setfattr -x user.comment root/xattr', /root\/xattr.*xattrs/],
    ['an xattr of a folder', 'setfattr -x user.folder root', /"root": xattrs/],
    ['an ACL', 'setfacl -b root/acl', /root\/acl.*ACL/],
    ['a default ACL', 'setfacl -k root/default-acl', /root\/default-acl.*ACL/],
    ['an owner', 'chown 0 root/owned', /root\/owned.*owner 12345:54321 became 0:54321/],
    ['a device number', 'rm root/null; mknod root/null c 1 5', /root\/null.*device/],
  ])('the loss of %s is seen', async (_, command, line) => {
    await makeWeirdTree(`${base}/a`, { asRoot: true });
    const before = await readTree(`${base}/a`);
    execFileSync('sh', ['-ec', command], { cwd: `${base}/a` });
    expect(compareTrees(before, await readTree(`${base}/a`)).join('\n')).toMatch(line);
  });
});
