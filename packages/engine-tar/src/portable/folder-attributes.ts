import { constants } from 'node:fs';
import { appendFile, chmod, open, rm, utimes } from 'node:fs/promises';
import type { BytePath } from '@freezer/core';
import { setAttributes } from './attributes.ts';

/** What a directory gets when all that is in it has been written. */
export interface FolderAttributes {
  readonly path: BytePath;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
}

const BLOCK_LINES = 1000;

/** Directories in a file, read back in the opposite order: what is below comes before what is above. Holds a thousand of them. */
export class FolderSpool {
  readonly #file: string;
  readonly #blocks: { readonly offset: number; readonly length: number }[] = [];
  #waiting: string[] = [];
  #size = 0;

  constructor(file: string) {
    this.#file = file;
  }

  async add({ path, mode, uid, gid, mtimeNs }: FolderAttributes): Promise<void> {
    this.#waiting.push(JSON.stringify([path, mode, uid, gid, String(mtimeNs)]));
    if (this.#waiting.length >= BLOCK_LINES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const block = Buffer.from(`${this.#waiting.join('\n')}\n`, 'latin1');
    await appendFile(this.#file, block, { mode: 0o600 });
    this.#blocks.push({ offset: this.#size, length: block.length });
    this.#size += block.length;
    this.#waiting = [];
  }

  async *reversed(): AsyncGenerator<FolderAttributes, void, undefined> {
    for (const line of this.#waiting.toReversed()) yield attributesOf(line);
    if (this.#blocks.length === 0) return;
    const file = await open(this.#file);
    try {
      for (const { offset, length } of this.#blocks.toReversed()) {
        const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
        for (const line of buffer.toString('latin1').split('\n').slice(0, -1).toReversed()) yield attributesOf(line);
      }
    } finally {
      await file.close();
    }
  }

  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}

function attributesOf(line: string): FolderAttributes {
  const [path, mode, uid, gid, mtimeNs]: readonly unknown[] = JSON.parse(line);
  if (typeof path !== 'string') throw new TypeError('FolderSpool: a line holds no path');
  return { path, mode: Number(mode), uid: Number(uid), gid: Number(gid), mtimeNs: BigInt(String(mtimeNs)) };
}

/** Gives a directory what it had. Where the system knows how, through a descriptor, so that no link is followed. Resolves to what it did not get. */
export async function setFolder(path: Buffer, folder: FolderAttributes, keepOwners: boolean): Promise<string | undefined> {
  if (process.platform === 'win32') {
    const byName = {
      chown: () => Promise.resolve(),
      chmod: (mode: number) => chmod(path, mode),
      utimes: (accessed: number, modified: string) => utimes(path, accessed, modified),
    };
    return setAttributes(byName, folder, false);
  }
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    return await setAttributes(handle, folder, keepOwners);
  } finally {
    await handle.close();
  }
}
