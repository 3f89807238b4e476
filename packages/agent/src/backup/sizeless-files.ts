import { statfs } from 'node:fs/promises';

/** File systems of the kernel, by the numbers of statfs(2), whose files have content and a size of 0. */
const SIZELESS: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x73636673, 'securityfs'],
]);

/** Why a backup of what lies there is not what it seems, or undefined: tar reads as many bytes of a file as its size says. */
export async function sizelessReason(path: string): Promise<string | undefined> {
  const found = await statfs(path).catch(() => undefined);
  const name = found && SIZELESS.get(found.type);
  return name && `suspicious: the source is of the file system ${name}, whose files say that they are empty: their content is not saved`;
}
