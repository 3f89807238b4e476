import { constants } from 'node:fs';
import { type FileHandle, open, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArchiveBackup,
  type BytePath,
  type ByteStream,
  displayPath,
  type EngineBackupRequest,
  type EngineOutcome,
  excluder,
  FreezerError,
  type HeldEntry,
  type IndexEntry,
  type Logger,
  rechunk,
  type SkippedEntry,
} from '@freezer/core';
import { type Member, memberOf } from '../member.ts';
import { ownSkips } from '../own-places.ts';
import type { TarOptions } from '../settings.ts';
import { heldEntry } from './held-entry.ts';
import { type FoundEntry, skipOf, walkSource } from './source-walk.ts';
import { SpooledEntries } from './spooled-entries.ts';
import { BLOCK_BYTES } from './tar-header.ts';
import { memberHeader } from './write-member.ts';

const CHUNK_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;
/** tar ends an archive with two blocks of zeros, and fills up to so many bytes. */
const RECORD_BYTES = 20 * BLOCK_BYTES;

export interface PortableBackupDeps {
  readonly options: TarOptions;
  readonly logger: Logger;
}

/** Describes the making of a full backup, without any program. */
export async function openPortableBackup(request: EngineBackupRequest, { options, logger }: PortableBackupDeps): Promise<ArchiveBackup> {
  const member = await memberOf(request.source);
  logger.warn(
    {},
    'GNU tar is not installed: increments need it, so this is a full; extended attributes, ACLs and labels are not saved, and holes are saved as zeros',
  );
  const backup = new PortableBackup(request, options, member);
  return {
    kind: 'archive',
    compressible: true,
    stages: [{ kind: 'open', name: 'tar writer', open: () => rechunk(backup.bytes(), CHUNK_BYTES) }],
    reached: async () => backup.reached,
    finish: () => backup.finish(),
  };
}

class PortableBackup {
  readonly #request: EngineBackupRequest;
  readonly #options: TarOptions;
  readonly #member: Member;
  readonly #entries: SpooledEntries<IndexEntry>;
  /** The first name of each file that has several. */
  readonly #firstNames = new Map<string, BytePath>();
  /** The entry that was begun last. */
  reached: BytePath | undefined;
  #bytes = 0;
  #isWhole = false;

  constructor(request: EngineBackupRequest, options: TarOptions, member: Member) {
    this.#request = request;
    this.#options = options;
    this.#member = member;
    this.#entries = new SpooledEntries(join(request.workDir, 'entries'));
  }

  async *bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of this.#members()) {
        this.#bytes += chunk.length;
        yield chunk;
      }
      const end = 2 * BLOCK_BYTES;
      const last = Buffer.alloc(end + ((RECORD_BYTES - ((this.#bytes + end) % RECORD_BYTES)) % RECORD_BYTES));
      this.#bytes += last.length;
      yield last;
      this.#isWhole = true;
    } finally {
      await this.#entries.close();
    }
  }

  async *#members(): ByteStream {
    const { excludes, excludePatterns, dereference } = this.#options;
    const { leaveOut = [], signal } = this.#request;
    const isExcluded = excluder([...excludes, ...excludePatterns.map(displayPath)]);
    const isOwn = new Set(leaveOut);
    for (const skipped of ownSkips(leaveOut)) await this.#entries.add(skipped);
    const walk = walkSource({
      member: this.#member,
      isExcluded: (path) => isOwn.has(path) || isExcluded(path),
      dereference,
      signal,
    });
    for await (const found of walk) {
      if (found.kind === 'skipped') await this.#entries.add(found);
      else yield* this.#save(found);
    }
  }

  async *#save(found: FoundEntry): AsyncGenerator<Uint8Array, void, undefined> {
    const { path, place, stats } = found;
    if (stats.isFile() && this.#linkedTo(found) === undefined) {
      yield* this.#saveFile(found);
      return;
    }
    try {
      const target = stats.isSymbolicLink() ? (await readlink(place, { encoding: 'buffer' })).toString('latin1') : this.#linkedTo(found);
      yield* this.#header(heldEntry(path, stats, target));
    } catch (error) {
      await this.#entries.add(skipOf(path, error));
    }
  }

  /** The name under which the same file is in the archive already. */
  #linkedTo({ stats, path }: FoundEntry): BytePath | undefined {
    const keepsLinks = this.#options.dereference === 'none' || this.#options.dereference === 'soft';
    if (!keepsLinks || stats.nlink < 2n || stats.isDirectory()) return undefined;
    const first = this.#firstNames.get(`${stats.dev}:${stats.ino}`);
    return first === path ? undefined : first;
  }

  async *#header(entry: HeldEntry): AsyncGenerator<Uint8Array, void, undefined> {
    this.reached = entry.path;
    const start = this.#member.member === '.' ? './' : '';
    const name = entry.path === '.' ? './' : `${start}${entry.path}${entry.type === 'directory' ? '/' : ''}`;
    yield* memberHeader(entry, name);
    await this.#entries.add(entry);
  }

  async *#saveFile({ path, place, stats: seen }: FoundEntry): AsyncGenerator<Uint8Array, void, undefined> {
    const follows = this.#options.dereference === 'soft' || this.#options.dereference === 'all';
    let file: FileHandle;
    try {
      file = await open(place, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (follows ? 0 : (constants.O_NOFOLLOW ?? 0)));
    } catch (error) {
      await this.#entries.add(skipOf(path, error));
      return;
    }
    try {
      const stats = await file.stat({ bigint: true });
      if (!stats.isFile()) throw new FreezerError('unexpected', `tar: a file of ${this.#request.source.description} was replaced while it was read`);
      if (stats.nlink > 1n) this.#firstNames.set(`${seen.dev}:${seen.ino}`, path);
      const entry = heldEntry(path, stats, undefined);
      yield* this.#header(entry);
      const skipped = yield* this.#content(file, entry);
      const after = await file.stat({ bigint: true });
      if (skipped) await this.#entries.add(skipped);
      else if (after.ctimeNs !== stats.ctimeNs || after.size !== stats.size) await this.#entries.add(changed(path, 'file changed as we read it'));
    } finally {
      await file.close();
    }
  }

  /** As many bytes as the header says: what is missing is made up of zeros, and named. */
  async *#content(file: FileHandle, { path, size }: HeldEntry): AsyncGenerator<Uint8Array, SkippedEntry | undefined, undefined> {
    let skipped: SkippedEntry | undefined;
    for (let left = size; left > 0; ) {
      const buffer = Buffer.allocUnsafe(Math.min(left, READ_BYTES));
      if (skipped === undefined) {
        try {
          const { bytesRead } = await file.read(buffer, 0, buffer.length);
          left -= bytesRead;
          if (bytesRead > 0) {
            yield buffer.subarray(0, bytesRead);
            continue;
          }
          skipped = changed(path, `File shrank by ${left} bytes; padding with zeros`);
        } catch (error) {
          skipped = skipOf(path, error);
        }
      }
      left -= buffer.length;
      yield buffer.fill(0);
    }
    const padding = (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
    if (padding > 0) yield Buffer.alloc(padding);
    return skipped;
  }

  async finish(): Promise<EngineOutcome> {
    if (!this.#isWhole) throw new FreezerError('unexpected', 'tar: the backup was not read to its end');
    const statePath = join(this.#request.workDir, 'state');
    await writeFile(statePath, '', { mode: 0o600 });
    const { signal } = this.#request;
    return { statePath, entryBatches: () => this.#entries.batches({ signal }), replacesAll: true, archiveBytes: this.#bytes, metadata: {} };
  }
}

const changed = (path: BytePath, detail: string): SkippedEntry => ({ kind: 'skipped', path, reason: 'changed', detail });
