import { homedir } from 'node:os';
import { messageOf } from '@freezer/core';
import { describe, expect, it } from '@jest/globals';
import { readSshSettings } from './options.ts';

const LEAST = { container: '/backup', ssh_host: 'h', ssh_username: 'u' };
const refusal = (settings: Readonly<Record<string, unknown>>): string => {
  try {
    readSshSettings(settings);
  } catch (error) {
    return messageOf(error);
  }
  return '';
};

describe('settings', () => {
  it('need container, host and user', () => {
    expect(readSshSettings({ ...LEAST, ssh_password: '', ssh_key: '', unknown: 1 })).toEqual({
      container: '/backup',
      host: 'h',
      port: 22,
      username: 'u',
      password: undefined,
      passwordFile: undefined,
      keyFile: undefined,
      agent: undefined,
      hostKeyPolicy: 'accept-new',
      knownHosts: [`${homedir()}/.ssh/known_hosts`, '/etc/ssh/ssh_known_hosts'],
      fileMode: 0o600,
      folderMode: 0o700,
    });
  });
  it('know modes and ports as text', () =>
    expect(readSshSettings({ ...LEAST, ssh_port: '2222', storage_mode: '0640' })).toMatchObject({ port: 2222, fileMode: 0o640, folderMode: 0o750 }));
  it('know an address of IPv6 with and without brackets', () => {
    for (const host of ['::1', '[::1]']) expect(readSshSettings({ ...LEAST, ssh_host: host })).toMatchObject({ host: '::1' });
  });
  it.each([
    [{ ssh_host: '' }, /^ssh_host: .*Please provide --ssh-host value\./],
    [{ ssh_host: 'u@h' }, /^ssh_host: must be a name or an address alone/],
    [{ ssh_host: 'a\nb' }, /^ssh_host: /],
    [{ ssh_username: '' }, /^ssh_username: .*Please provide --ssh-username value\./],
    [{ ssh_port: 0 }, /^ssh_port: /],
    [{ ssh_host_key_policy: 'no' }, /^ssh_host_key_policy: must be 'accept-new' .*'strict'.* or 'off'$/],
    [{ container: 'a\0b' }, /^container: /],
    [{ storage_mode: '0777' }, /^storage_mode: must be octal/],
  ])('%j is refused with one line', (wrong, line) => {
    const message = refusal({ ...LEAST, ssh_password: 'hunter2', ...wrong });
    expect(message).toMatch(line);
    expect(message).not.toMatch(/hunter2|\n/);
  });
});
