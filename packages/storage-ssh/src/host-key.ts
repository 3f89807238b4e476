import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { isAbout, type KnownHost, keyTypeOf } from './known-hosts.ts';
import type { HostKeyPolicy } from './options.ts';

/** What becomes of a connection. `refused` says why it ends. */
export type HostKeyVerdict =
  | { readonly result: 'known' }
  | { readonly result: 'new' }
  | { readonly result: 'ignored'; readonly reason: string }
  | { readonly result: 'refused'; readonly reason: string };

/** Names of signatures that go with a type of key, best first. SHA-1 is not among them. */
const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** As `ssh-keygen -l` shows it. */
export const fingerprintOf = (key: Buffer): string => `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

const plainLines = (known: readonly KnownHost[], name: string): readonly KnownHost[] =>
  known.filter((line) => line.marker === undefined && isAbout(line, name));

/** The types of key that are known of a server come first, so that it proves itself by the one that can be compared. */
export function hostKeyAlgorithms(known: readonly KnownHost[], name: string): readonly ServerHostKeyAlgorithm[] {
  const types = Object.keys(ALGORITHMS);
  const mine = new Set(plainLines(known, name).map(({ keyType }) => keyType));
  return [...types.filter((type) => mine.has(type)), ...types.filter((type) => !mine.has(type))].flatMap((type) => ALGORITHMS[type] ?? []);
}

/** What is said of a server (`name` as `hostNameOf` gives it) that shows `key`. A key that was revoked is refused whatever the policy. */
export function judgeHostKey(known: readonly KnownHost[], name: string, key: Buffer, policy: HostKeyPolicy): HostKeyVerdict {
  const shown = `${keyTypeOf(key)} ${fingerprintOf(key)}`;
  const revoked = known.find((line) => line.marker === 'revoked' && isAbout(line, name) && line.key.equals(key));
  if (revoked) return { result: 'refused', reason: `its host key ${shown} is revoked by ${revoked.where}` };
  const lines = plainLines(known, name);
  if (lines.some((line) => line.key.equals(key))) return { result: 'known' };
  const [other] = lines;
  const reason =
    other === undefined
      ? `its host key ${shown} is not known`
      : `its host key is now ${shown}, but ${other.where} holds ${other.keyType} ${fingerprintOf(other.key)}`;
  if (policy === 'off') return { result: 'ignored', reason };
  if (policy === 'accept-new' && other === undefined) return { result: 'new' };
  const advice = other === undefined ? `add it to known_hosts once it was compared` : `if the server was set up anew: ssh-keygen -R '${name}'`;
  return { result: 'refused', reason: `${reason}; ${advice}` };
}
