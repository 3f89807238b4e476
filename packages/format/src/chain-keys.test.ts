import { hkdfSync, scryptSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ChainKeyring } from './chain-keys.ts';

const PASSPHRASE = Buffer.from('correct horse');
const SALT = Buffer.alloc(16, 3);

describe('ChainKeyring', () => {
  test('derives what the page on the format says', async () => {
    const keys = await new ChainKeyring().keys(PASSPHRASE, SALT);
    const chainKey = scryptSync(PASSPHRASE, SALT, 32, { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });
    expect(keys.salt.equals(SALT)).toBe(true);
    expect(keys.chainKey.equals(chainKey)).toBe(true);
    expect(keys.manifestKey.equals(Buffer.from(hkdfSync('sha256', chainKey, '', 'manifest', 32)))).toBe(true);
  });

  test('makes the keys of a passphrase and a salt once, also when asked twice at the same time', async () => {
    const keyring = new ChainKeyring();
    const [one, two] = await Promise.all([keyring.keys(PASSPHRASE, SALT), keyring.keys(Buffer.from(PASSPHRASE), Buffer.from(SALT))]);
    expect(two).toBe(one);
  });

  test('another passphrase or salt gives other keys', async () => {
    const keyring = new ChainKeyring();
    const keys = await keyring.keys(PASSPHRASE, SALT);
    expect((await keyring.keys(Buffer.from('correct horsf'), SALT)).chainKey.equals(keys.chainKey)).toBe(false);
    expect((await keyring.keys(PASSPHRASE, Buffer.alloc(16, 4))).manifestKey.equals(keys.manifestKey)).toBe(false);
  });
});
