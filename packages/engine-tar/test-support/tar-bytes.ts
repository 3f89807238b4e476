/** A member to be made by hand, as no tar would make it. */
export interface MemberFacts {
  readonly name: string;
  readonly type: string;
  readonly content?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly pax?: Readonly<Record<string, string>>;
}

const BLOCK_BYTES = 512;

/** An archive of these members, in the GNU format, with an end mark. */
export function tarBytes(members: readonly MemberFacts[]): Buffer {
  const parts: Buffer[] = [];
  for (const member of members) {
    if (member.pax) parts.push(...memberBytes({ name: 'pax', type: 'x', content: Object.entries(member.pax).map(paxRecord).join('') }));
    parts.push(...memberBytes(member));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function paxRecord([key, value]: [string, string]): string {
  const rest = key.length + value.length + 3;
  const digits = String(rest + 2).length;
  return `${rest + digits} ${key}=${value}\n`;
}

function memberBytes({ name, type, content = '', link = '', mode = 0o755 }: MemberFacts): Buffer[] {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0, 'latin1');
  header.write(mode.toString(8).padStart(7, '0'), 100);
  header.write('0000000', 108);
  header.write('0000000', 116);
  header.write(content.length.toString(8).padStart(11, '0'), 124);
  header.write('00000001750', 136);
  header.write(type, 156);
  header.write(link, 157, 'latin1');
  header.write('ustar  \0', 257, 'latin1');
  header.fill(' ', 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  const body = Buffer.alloc(Math.ceil(content.length / BLOCK_BYTES) * BLOCK_BYTES);
  body.write(content, 'latin1');
  return [header, body];
}
