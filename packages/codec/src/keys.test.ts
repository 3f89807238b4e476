import { expect, test } from '@jest/globals';
import { deriveChainKey, deriveKey } from './keys.ts';

test('the chain key is scrypt with N 32768, r 8, p 1', async () => {
  // Computed with Python: hashlib.scrypt(b'secret', salt=bytes(range(16)), n=32768, r=8, p=1, maxmem=2**26, dklen=32)
  const expected = 'ef532b50bbfa62e64cafee5396acda2866fa5f8ad912cd3fe5cbc4952641af6b';
  const salt = Buffer.from(Array.from({ length: 16 }, (_, index) => index));
  expect((await deriveChainKey(Buffer.from('secret'), salt)).toString('hex')).toBe(expected);
  expect((await deriveChainKey(Buffer.from('secret '), salt)).toString('hex')).not.toBe(expected);
  expect(() => deriveChainKey(Buffer.from('secret'), Buffer.alloc(8))).toThrow(TypeError);
});

test('each purpose has a key of its own, by HKDF-SHA-256', () => {
  // Computed with Python by the two HMACs of RFC 5869 over 32 bytes 0x07, no salt, info 'manifest'
  expect(deriveKey(Buffer.alloc(32, 7), 'manifest').toString('hex')).toBe('9a705c96beeecf84dd0cc73de67152464cb3586e7d250eed6c0553814af0308f');
  expect(deriveKey(Buffer.alloc(32, 7), 'index').equals(deriveKey(Buffer.alloc(32, 7), 'manifest'))).toBe(false);
});
