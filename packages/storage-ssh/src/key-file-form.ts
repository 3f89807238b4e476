import { createPrivateKey, type KeyObject } from 'node:crypto';

/** From its first line to its last: OpenSSL writes attributes, numbers or the parameters of a curve above a key, and certificates below it. */
const PRIVATE_KEY = /^-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----.*?^-----END \1-----/ms;
/** PKCS #8, as `openssl genpkey` and `ssh-keygen -m PKCS8` write keys. */
const PKCS8 = /^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/;
const LOCKED = '-----BEGIN ENCRYPTED';
/** A file of OpenSSH is filled up to the block of a cipher, which without a passphrase has 8 bytes. */
const BLOCK_BYTES = 8;

/** The key in a form that ssh2 reads, which knows no PKCS #8 and nothing above a key. What is none passes, for ssh2 to judge. Fails when the key has a passphrase or is broken. */
export function inReadableForm(file: Buffer): Buffer {
  const found = PRIVATE_KEY.exec(file.toString('latin1'));
  const text = found?.[0] ?? '';
  if (!PKCS8.test(text)) return found === null || found.index === 0 ? file : Buffer.from(`${text}\n`, 'latin1');
  if (text.startsWith(LOCKED)) throw new Error('it is encrypted');
  const key = createPrivateKey(text);
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return Buffer.from(key.export({ type: 'pkcs1', format: 'pem' }));
    case 'ec':
      return Buffer.from(key.export({ type: 'sec1', format: 'pem' }));
    case 'ed25519':
      return Buffer.from(openSshFile(key));
    default:
      throw new Error(`keys of the type ${key.asymmetricKeyType} are not for SSH`);
  }
}

/** For Ed25519 there is no older form: PROTOCOL.key of OpenSSH. */
function openSshFile(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' });
  const [open, secret] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')];
  const type = field('ssh-ed25519');
  // Two equal numbers tell whether deciphering went well; then type, public and private key, and an empty comment.
  const pair = Buffer.concat([Buffer.alloc(8), type, field(open), field(Buffer.concat([secret, open])), field('')]);
  const filling = Buffer.from(Array.from({ length: -pair.length & (BLOCK_BYTES - 1) }, (_, index) => index + 1));
  const count = Buffer.from([0, 0, 0, 1]);
  const parts = [Buffer.from('openssh-key-v1\0'), field('none'), field('none'), field(''), count, field(Buffer.concat([type, field(open)]))];
  const bytes = Buffer.concat([...parts, field(Buffer.concat([pair, filling]))]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** Behind its length. */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
