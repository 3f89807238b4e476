import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { mustRun } from '../harness/run-program.ts';

/** A file system of a few megabytes in memory, which is soon full. Needs root. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** `path` is made when absent. */
  static async mount(path: string, megabytes: number): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    await mustRun('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
    return new SmallDisk(path);
  }

  /** Leaves so many bytes. */
  async fill(left: number): Promise<void> {
    const { bsize, bavail } = await statfs(this.path);
    await writeFile(`${this.path}/filler`, Buffer.alloc(Math.max(0, bsize * bavail - left), 1));
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
  }
}
