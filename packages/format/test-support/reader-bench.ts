import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, FreezerError, type LevelId, messageOf, SILENT, type Storage } from '@freezer/core';
import { expect } from '@jest/globals';
import { type CatalogLevel, readCatalog } from '../src/catalog.ts';
import { ChainKeyring, type ChainKeys } from '../src/chain-keys.ts';
import { LevelReader, type OpenedLevel } from '../src/level-reader.ts';
import { failureOf, SET_NAME } from './documents.ts';
import { type RealLevel, storeRealLevel } from './real-level.ts';
import { SteppedStorage } from './stepped-storage.ts';

export const PASSPHRASE = Buffer.from('a passphrase of some length');
export const ARCHIVE = Buffer.from('what tar wrote '.repeat(1000));
export const FULL: LevelId = { t0: 100, level: 0, t: 100 };
export const FIRST: LevelId = { t0: 100, level: 1, t: 101 };
export const LATER: LevelId = { t0: 900, level: 0, t: 900 };

type Secret = NonNullable<RealLevel['secret']>;
type Passphrases = readonly Buffer[];

/** scrypt takes a tenth of a second. */
const keyring = new ChainKeyring();

export const bytesOf = (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => collect(stream, { maxBytes: 1e9 });

/** A storage with levels that are real, and a reader of them. */
export class ReaderBench {
  readonly storage = new SteppedStorage();
  readonly keyring = keyring;
  readonly keys: ChainKeys;
  readonly #workDir: string;

  private constructor(keys: ChainKeys, workDir: string) {
    this.keys = keys;
    this.#workDir = workDir;
  }

  static async open(): Promise<ReaderBench> {
    return new ReaderBench(await keyring.keys(PASSPHRASE, Buffer.alloc(16, 5)), await mkdtemp(join(tmpdir(), 'freezer-levels-')));
  }

  close(): Promise<void> {
    return rm(this.#workDir, { recursive: true, force: true });
  }

  secret(changes: Partial<Secret> = {}): Secret {
    return { passphrase: PASSPHRASE, keys: this.keys, encryption: 'aes-256-cfb', ...changes };
  }

  /** Resolves to the digest of the manifest. */
  store(id: LevelId, given: Partial<RealLevel> = {}): Promise<string> {
    return storeRealLevel(this.storage, { id, archive: ARCHIVE, workDir: this.#workDir, ...given });
  }

  async readerOf(passphrases: Passphrases = [PASSPHRASE], storage: Storage = this.storage) {
    const catalog = await readCatalog(storage, 'tar', SET_NAME);
    const reader = new LevelReader({ storage, catalog, keyring, passphrases, logger: SILENT });
    const level = (id: LevelId): CatalogLevel => {
      const found = catalog.chains.find(({ t0 }) => t0 === id.t0)?.levels.find((one) => one.id.level === id.level && one.id.t === id.t);
      if (!found) throw new TypeError('the level was expected to be there');
      return found;
    };
    return { reader, level };
  }

  /** Opens a level, checks all of its objects and reads its data: what a restore believes. */
  async readAll(id: LevelId, passphrases?: Passphrases): Promise<{ opened: OpenedLevel; data: Buffer }> {
    const { reader, level } = await this.readerOf(passphrases);
    const opened = await reader.open(level(id));
    await reader.check(opened);
    return { opened, data: await bytesOf(reader.data(opened)) };
  }

  async expectRefused(id: LevelId, message: RegExp, passphrases?: Passphrases): Promise<void> {
    const error = await failureOf(this.readAll(id, passphrases));
    expect(FreezerError.is(error, 'corrupt')).toBe(true);
    expect(messageOf(error)).toMatch(message);
  }
}
