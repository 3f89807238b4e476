import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { fingerprintOf, hostKeyAlgorithms, judgeHostKey } from './host-key.ts';
import { hostNameOf, isAbout, parseKnownHosts } from './known-hosts.ts';

const wire = (type: string, body: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(body)]);
};
const ONE = wire('ssh-ed25519', 'one');
const TWO = wire('ssh-ed25519', 'two');
const RSA = wire('ssh-rsa', 'r');
const line = (hosts: string, key = ONE, type = 'ssh-ed25519'): string => `${hosts} ${type} ${key.toString('base64')}`;
const hashed = (name: string): string => {
  const salt = Buffer.from('12345678901234567890');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};
const parse = (...lines: string[]) => parseKnownHosts(lines.join('\n'), 'kh');

describe('the name of a server in such files', () => {
  it.each([
    ['Backup.Example', 22, 'backup.example'],
    ['backup', 2222, '[backup]:2222'],
    ['::1', 2222, '[::1]:2222'],
  ])('%s, port %d: %s', (host, port, name) => expect(hostNameOf(host, port)).toBe(name));
});

describe('lines', () => {
  it('that say nothing are left out, and the others know where they stand', () => {
    const found = parse(
      '# comment',
      '',
      'broken',
      line('a'),
      'b ssh-ed25519 AAAA',
      `@unknown ${line('c')}`,
      `@revoked ${line('d')} with a comment`,
      `  ${line('e')}\r`,
    );
    expect(found.map(({ where, marker, hosts }) => [where, marker, hosts])).toEqual([
      ['kh:4', undefined, 'a'],
      ['kh:7', 'revoked', 'd'],
      ['kh:8', undefined, 'e'],
    ]);
  });
  it('whose key is of another type than they say are left out', () => expect(parse(line('a', RSA, 'ssh-ed25519'))).toEqual([]));
});

describe('a pattern', () => {
  it.each([
    ['backup', 'backup', true],
    ['BACKUP', 'backup', true],
    ['backup', 'backup2', false],
    ['*.example', 'a.b.example', true],
    ['*.example', 'example', false],
    ['b?ckup', 'backup', true],
    ['b?ckup', 'bckup', false],
    ['*', '[backup]:2222', true],
    ['backup', '[backup]:2222', false],
    ['[backup]:2222', '[backup]:2222', true],
    ['[*]:2222', '[backup]:2222', true],
    ['a,backup,c', 'backup', true],
    ['*.example,!bad.example', 'good.example', true],
    ['*.example,!bad.example', 'bad.example', false],
    ['!bad.example', 'good.example', false],
    ['a.c', 'abc', false],
    [`${'*a'.repeat(30)}b`, 'a'.repeat(200), false],
  ])('%s and %s: %s', (pattern, name, is) => {
    const [known] = parse(line(pattern));
    expect(known && isAbout(known, name)).toBe(is);
  });
  it('may be a hash of the name', () => {
    const [known] = parse(line(hashed('[backup]:2222')));
    expect(known && isAbout(known, '[backup]:2222')).toBe(true);
    expect(known && isAbout(known, 'backup')).toBe(false);
  });
});

describe('a host key', () => {
  const judge = (lines: string[], key: Buffer, policy: 'accept-new' | 'strict' | 'off'): string => {
    const verdict = judgeHostKey(parse(...lines), 'h', key, policy);
    return 'reason' in verdict ? `${verdict.result}: ${verdict.reason}` : verdict.result;
  };
  const shown = `ssh-ed25519 ${fingerprintOf(ONE)}`;

  it.each(['accept-new', 'strict', 'off'] as const)('that is known is fine: %s', (policy) =>
    expect(judge([line('h', TWO), line(hashed('h'))], ONE, policy)).toBe('known'),
  );
  it('that nobody knows', () => {
    expect(judge([line('other')], ONE, 'accept-new')).toBe('new');
    expect(judge([line('other')], ONE, 'strict')).toBe(`refused: its host key ${shown} is not known; add it to known_hosts once it was compared`);
    expect(judge([line('other')], ONE, 'off')).toBe(`ignored: its host key ${shown} is not known`);
  });
  it('that changed is refused, unless nothing is checked', () => {
    const reason = `its host key is now ${shown}, but kh:1 holds ssh-ed25519 ${fingerprintOf(TWO)}`;
    for (const policy of ['accept-new', 'strict'] as const)
      expect(judge([line('h', TWO)], ONE, policy)).toBe(`refused: ${reason}; if the server was set up anew: ssh-keygen -R 'h'`);
    expect(judge([line('h', TWO)], ONE, 'off')).toBe(`ignored: ${reason}`);
  });
  it('of another type than the known one counts as changed', () => expect(judge([line('h', RSA, 'ssh-rsa')], ONE, 'accept-new')).toMatch(/^refused: /));
  it('that is revoked is refused whatever the policy', () => {
    for (const policy of ['accept-new', 'strict', 'off'] as const)
      expect(judge([line('h'), `@revoked ${line('*')}`], ONE, policy)).toBe(`refused: its host key ${shown} is revoked by kh:2`);
    expect(judge([line('h'), `@revoked ${line('*', TWO)}`], ONE, 'strict')).toBe('known');
  });
  it('of an authority vouches for nothing here: certificates are not checked', () => {
    expect(judge([`@cert-authority ${line('*')}`], ONE, 'strict')).toMatch(/^refused: .* is not known/);
  });
  it('is asked for in the type that is known, and SHA-1 never', () => {
    expect(hostKeyAlgorithms(parse(line('h', RSA, 'ssh-rsa')), 'h').slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
    expect(hostKeyAlgorithms([], 'h')[0]).toBe('ssh-ed25519');
    expect(hostKeyAlgorithms([], 'h')).not.toContain('ssh-rsa');
  });
});
