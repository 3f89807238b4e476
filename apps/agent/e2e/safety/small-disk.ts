import { mkdir, open, readFile, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { mustRun } from '../harness/run-program.ts';

/** A file system of a few megabytes, in memory or in a file, which is soon full. Needs root. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;
  readonly #image: string | undefined;

  private constructor(path: string, image?: string) {
    this.path = path;
    this.#image = image;
  }

  /** `path` is made when absent. `files`: how many there may be, folders and `path` among them. */
  static async mount(path: string, megabytes: number, files = 0): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    await mustRun('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,nr_inodes=${files}`, 'tmpfs', path]);
    return new SmallDisk(path);
  }

  /** The same with ext4, where a folder needs room, too; its bytes lie in the file `image`, which is made. */
  static async mountImage(path: string, image: string, megabytes: number): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    await writeFile(image, '');
    await truncate(image, megabytes * 1024 * 1024);
    await mustRun('mkfs.ext4', ['-q', '-m', '0', image]);
    await mustRun('mount', ['-o', 'loop', image, path]);
    return new SmallDisk(path, image);
  }

  /** Leaves so many bytes. */
  async fill(left: number): Promise<void> {
    const { bsize, bavail } = await statfs(this.path);
    await writeFile(`${this.path}/filler`, Buffer.alloc(Math.max(0, bsize * bavail - left), 1));
  }

  /** Leaves nothing, down to the last block, or so many blocks. */
  async fillUp({ keepBlocks = 0 } = {}): Promise<void> {
    const { bsize } = await statfs(this.path);
    await writeFile(`${this.path}/kept`, Buffer.alloc(keepBlocks * bsize));
    await using file = await open(`${this.path}/filler`, 'w');
    for (let size = 1024 * 1024; size >= 512; ) {
      const whole = await file.write(Buffer.alloc(size, 1)).then(
        ({ bytesWritten }) => bytesWritten === size,
        () => false,
      );
      if (!whole) size /= 2;
    }
    await file.sync();
    await rm(`${this.path}/kept`);
  }

  /** Takes the filler away. */
  async makeSpace(): Promise<void> {
    await rm(`${this.path}/filler`);
  }

  async remount(options: string): Promise<void> {
    await mustRun('mount', ['-o', `remount,${options}`, this.path]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    if (mounts.includes(` ${this.path} `)) await mustRun('umount', [this.path]);
    if (this.#image !== undefined) await rm(this.#image, { force: true });
  }
}
