/** What tar itself would not write. */
export interface TarMember {
  readonly name: string;
  readonly body?: string;
  /** '0' file, '1' hard link, '2' symbolic link. Default: '0'. */
  readonly type?: '0' | '1' | '2';
  readonly linkTarget?: string;
}

const BLOCK = 512;

/** An archive in the ustar format. */
export function plainTar(members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.flatMap(memberOf), Buffer.alloc(2 * BLOCK)]);
}

function memberOf({ name, body = '', type = '0', linkTarget = '' }: TarMember): Buffer[] {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  for (const [offset, value] of [
    [100, '0000644\0'],
    [108, '0000000\0'],
    [116, '0000000\0'],
    [124, `${body.length.toString(8).padStart(11, '0')}\0`],
    [136, `${(1_767_614_400).toString(8).padStart(11, '0')}\0`],
    [148, ' '.repeat(8)],
    [156, type],
    [157, linkTarget],
    [257, 'ustar\x0000'],
  ] as const)
    header.write(value, offset);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const data = Buffer.alloc(Math.ceil(body.length / BLOCK) * BLOCK);
  data.write(body);
  return [header, data];
}
