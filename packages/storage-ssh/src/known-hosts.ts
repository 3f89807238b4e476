import { createHmac } from 'node:crypto';

/** One line of a known_hosts file. */
export interface KnownHost {
  /** `file:line`, for messages. */
  readonly where: string;
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  /** Patterns with commas between them, or one hashed name. */
  readonly hosts: string;
  readonly keyType: string;
  /** The key as it goes over the wire. */
  readonly key: Buffer;
}

const LINE = /^(?:@(?<marker>\S+)[ \t]+)?(?<hosts>\S+)[ \t]+(?<keyType>\S+)[ \t]+(?<base64>[A-Za-z0-9+/]+={0,2})(?:[ \t].*)?$/;
const HASHED = /^\|1\|(?<salt>[^|]+)\|(?<digest>[^|]+)$/;
const DEFAULT_PORT = 22;

/** How a server is named in such files: the port is there when it is another than 22. */
export const hostNameOf = (host: string, port: number): string => (port === DEFAULT_PORT ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`);

/** The type that a key in wire form names; '' when it is none. */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > key.length - 4 ? '' : key.toString('latin1', 4, 4 + length);
}

/** The lines that say something. Comments, unknown markers and lines that are broken say nothing. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const { marker, hosts = '', keyType = '', base64 = '' } = LINE.exec(line.trim())?.groups ?? {};
    const key = Buffer.from(base64, 'base64');
    if (hosts === '' || hosts.startsWith('#') || keyTypeOf(key) !== keyType) return [];
    if (marker !== undefined && marker !== 'cert-authority' && marker !== 'revoked') return [];
    return [{ where: `${file}:${index + 1}`, marker, hosts, keyType, key }];
  });
}

/** Whether a line is about the server of this name (as `hostNameOf` gives it). */
export function isAbout({ hosts }: KnownHost, name: string): boolean {
  const hashed = HASHED.exec(hosts)?.groups;
  if (hashed) {
    const { salt = '', digest = '' } = hashed;
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest().equals(Buffer.from(digest, 'base64'));
  }
  const patterns = hosts.split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && isLike(name, pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && isLike(name, pattern));
}

/** `*` stands for any run of characters, `?` for one. Walks both at once, so that no pattern takes long. */
function isLike(name: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  let [at, patternAt, star, starAt] = [0, 0, -1, 0];
  while (at < name.length) {
    const char = wanted[patternAt];
    if (char === '*') {
      star = patternAt;
      starAt = at;
      patternAt += 1;
    } else if (char === '?' || char === name[at]) {
      at += 1;
      patternAt += 1;
    } else if (star >= 0) {
      patternAt = star + 1;
      starAt += 1;
      at = starAt;
    } else return false;
  }
  return /^\**$/.test(wanted.slice(patternAt));
}
