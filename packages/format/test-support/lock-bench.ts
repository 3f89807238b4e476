import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockKey, SILENT, type Storage } from '@freezer/core';
import { type Owner, parseOwner } from '../src/owner.ts';
import { SetLock } from '../src/set-lock.ts';
import { SET, SET_NAME } from './documents.ts';
import { aliveOwner, NOW } from './owners.ts';
import { SteppedStorage } from './stepped-storage.ts';

/** Of the lock on the storage. */
export const LOCK_KEY = lockKey(SET.engine, SET_NAME);

interface Attempt {
  readonly set?: string;
  readonly now?: () => number;
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
  /** Another state folder is another host. */
  readonly stateDir?: string;
  readonly on?: Storage;
  readonly toMakeRoom?: boolean;
}

/** A storage and a state folder in which a set is locked. */
export class LockBench {
  readonly storage = new SteppedStorage();
  readonly stateDir: string;

  private constructor(stateDir: string) {
    this.stateDir = stateDir;
  }

  static async open(): Promise<LockBench> {
    return new LockBench(await mkdtemp(join(tmpdir(), 'freezer-lock-')));
  }

  close(): Promise<void> {
    return rm(this.stateDir, { recursive: true, force: true });
  }

  async acquire(owner: Owner, attempt: Attempt = {}): Promise<SetLock> {
    const { set = SET_NAME, now = () => NOW, waitSeconds = 0, signal, stateDir = this.stateDir, on = this.storage, toMakeRoom } = attempt;
    const workDir = join(stateDir, 'runs', `${owner.run_id}-${set}`);
    await mkdir(workDir, { recursive: true });
    return SetLock.acquire({ storage: on, stateDir, workDir, engine: SET.engine, set, owner, logger: SILENT, now, waitSeconds, signal, toMakeRoom });
  }

  /** Whose the lock on the storage is. */
  onStorage(): Owner | undefined {
    return parseOwner(this.storage.objects.get(LOCK_KEY)?.bytes ?? Buffer.alloc(0));
  }

  /** The names of the locks in the state folder. */
  inState(): Promise<string[]> {
    return readdir(join(this.stateDir, 'locks'));
  }

  /** The path of the lock of the set in the state folder. */
  async stateFile(): Promise<string> {
    const lock = await this.acquire(await aliveOwner('probe'));
    const [name = ''] = await this.inState();
    await lock.release();
    return join(this.stateDir, 'locks', name);
  }
}
