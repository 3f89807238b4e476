import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { inReadableForm } from './key-file-form.ts';
import { loadSsh2 } from './load-ssh2.ts';

const pairs: readonly (readonly [string, { readonly privateKey: KeyObject }])[] = [
  ['ssh-rsa', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ecdsa-sha2-nistp256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ecdsa-sha2-nistp521', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ...Array.from({ length: 3 }, () => ['ssh-ed25519', generateKeyPairSync('ed25519')] as const),
];
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;

describe('a key in PKCS #8', () => {
  it.each(pairs)('of the type %s becomes one that ssh2 signs with', async (type, { privateKey }) => {
    const { utils } = await loadSsh2();
    const parsed = utils.parseKey(inReadableForm(Buffer.from(privateKey.export(pkcs8))));
    if ('message' in parsed) throw parsed;
    expect(parsed.type).toBe(type);
    const data = Buffer.from('what is signed');
    const signature = parsed.sign(data, type === 'ssh-rsa' ? 'sha256' : undefined);
    if (!Buffer.isBuffer(signature)) throw new Error('not signed', { cause: signature });
    // Ed25519 has one signature for each text, RSA with this padding too; of ECDSA ssh2 tells itself whether it is right.
    if (type.startsWith('ecdsa')) expect(parsed.verify(data, signature)).toBe(true);
    else expect(signature.equals(sign(type === 'ssh-rsa' ? 'sha256' : null, data, privateKey))).toBe(true);
  });

  it('with a passphrase is refused as encrypted', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const locked = privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'a passphrase' });
    expect(() => inReadableForm(Buffer.from(locked))).toThrow('encrypted');
  });

  it('that is not for SSH is refused by its type', () => {
    const { privateKey } = generateKeyPairSync('x25519');
    expect(() => inReadableForm(Buffer.from(privateKey.export(pkcs8)))).toThrow('keys of the type x25519 are not for SSH');
  });

  it('alone is changed', () => {
    const other = Buffer.from('-----BEGIN OPENSSH PRIVATE KEY-----\nbm90aGluZw==\n-----END OPENSSH PRIVATE KEY-----\n');
    expect(inReadableForm(other)).toBe(other);
  });
});

describe('a key below what OpenSSL writes above it', () => {
  const [rsa, ec] = [generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey];
  const certificate = '-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n';

  it.each([
    ['openssl pkcs12', 'Bag Attributes\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n', rsa.export(pkcs8), 'ssh-rsa'],
    ['openssl pkcs12 with the certificate first', `Bag Attributes\n${certificate}`, ec.export(pkcs8), 'ecdsa-sha2-nistp256'],
    ['openssl rsa -text', 'Private-Key: (2048 bit, 2 primes)\nmodulus:\n    00:b5\n', rsa.export({ type: 'pkcs1', format: 'pem' }), 'ssh-rsa'],
    [
      'openssl ecparam -genkey',
      '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n',
      ec.export({ type: 'sec1', format: 'pem' }),
      'ecdsa-sha2-nistp256',
    ],
  ])('by %s is found', async (_program, above, pem, type) => {
    const { utils } = await loadSsh2();
    const parsed = utils.parseKey(inReadableForm(Buffer.from(`${above}${String(pem)}${certificate}`)));
    expect('message' in parsed ? parsed.message : parsed.type).toBe(type);
  });
});
