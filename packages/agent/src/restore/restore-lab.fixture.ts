import { execFileSync } from 'node:child_process';
import { copyFile, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ArchivedEntry, collect, type IndexEntry, type LevelId, type Logger, type ObjectName, objectKey, once, SILENT } from '@freezer/core';
import { ChainKeyring, encodeManifest, hashPieces, type IndexCounts, sha256Hex, thisOwner, writeIndex } from '@freezer/format';
import type { Manifest } from '@freezer/models';
import { joinStages } from '@freezer/subprocess';
import { Progress } from '../progress/progress.ts';
import type { RunContext } from '../run-context.ts';
import { WorkFolder } from '../work-folder.ts';
import { MapStorage } from './map-storage.fixture.ts';
import { PLAIN_TAR } from './plain-tar.fixture.ts';
import type { RestoreRequest } from './restore-request.ts';

export const SET = { engine: 'tar', host: 'alpha', name: 'home' } as const;
export const T0 = 1_795_000_000;
const TRUST = { allowUnauthenticated: false, requireAuthenticated: false };

/** Paths and what is there: 'd', 'f <content>' or 'l <target>'. */
export type Tree = Readonly<Record<string, string>>;

/** A source, the levels that Python Freezer or this project made of it, and folders to restore into. */
export class RestoreLab {
  readonly root: string;
  readonly context: RunContext;
  readonly storage: MapStorage;
  readonly source: string;
  readonly warnings: object[] = [];
  #levels = 0;
  #base: string | null = null;
  #paths: readonly string[] = [];

  private constructor(root: string, context: Omit<RunContext, 'logger' | 'storage'>) {
    this.root = root;
    this.source = join(root, 'source');
    this.storage = new MapStorage();
    const logger: Logger = { ...SILENT, warn: (fields) => void this.warnings.push(fields) };
    this.context = { ...context, storage: this.storage, logger };
  }

  static async make(): Promise<RestoreLab> {
    const root = await mkdtemp(join(tmpdir(), 'freezer-restore-'));
    const owner = await thisOwner('run-of-this-test', T0);
    const work = await WorkFolder.open(join(root, 'state'), owner);
    const signal = new AbortController().signal;
    const lab = new RestoreLab(root, {
      engine: PLAIN_TAR,
      engines: [PLAIN_TAR.name],
      openEngine: async () => PLAIN_TAR,
      owner,
      stateDir: join(root, 'state'),
      work,
      keyring: new ChainKeyring(),
      passphrases: [],
      now: () => T0,
      signal,
      progress: new Progress(),
    });
    await mkdir(lab.source);
    return lab;
  }

  /** One whose source was saved by so many levels of ours, each of another `file`. */
  static async ofLevels(count: number): Promise<RestoreLab> {
    const lab = await RestoreLab.make();
    for (let level = 0; level < count; level += 1) {
      await writeFile(join(lab.source, 'file'), `level ${level}`);
      await lab.ownLevel();
    }
    return lab;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** Where a level lies: one second after the one below. */
  id(level: number): LevelId {
    return { t0: T0, level, t: T0 + level };
  }

  /** The objects of a level as Python Freezer makes them, from the source as it is. */
  async pythonLevel(member = '.'): Promise<void> {
    await this.#archive(member);
    this.#base = null;
    this.#levels += 1;
  }

  /** The objects of a level as this project makes them: with an index, and without renames. */
  async ownLevel(): Promise<void> {
    const snapshot = join(this.root, `snapshot-${this.#levels - 1}`);
    if (this.#levels > 0) await forgetDevices(snapshot);
    const before = this.#paths;
    const data = await this.#archive('.');
    const state = join(this.root, `snapshot-${this.#levels}`);
    await forgetDevices(state);
    this.#put('engine_metadata', await readFile(state));
    await this.#describe(data, before);
    this.#levels += 1;
  }

  async #archive(member: string): Promise<Buffer> {
    const level = this.#levels;
    const snapshot = join(this.root, `snapshot-${level}`);
    if (level > 0) await copyFile(join(this.root, `snapshot-${level - 1}`), snapshot);
    // As Python Freezer starts it, but for the shell.
    const args = [
      '--create',
      '-z',
      '--warning=none',
      '--no-check-device',
      '--one-file-system',
      '--preserve-permissions',
      '--same-owner',
      '--seek',
      '--ignore-failed-read',
    ];
    const data = execFileSync('tar', [...args, `--listed-incremental=${snapshot}`, member], { cwd: this.source, maxBuffer: 1e9 });
    // A change in the tick of the file system's clock in which tar began is older than its start to tar.
    await sleep(30);
    this.#put('data', data);
    this.#put('engine_metadata', await readFile(snapshot));
    this.#put('metadata', Buffer.from('{"engine_name": "tar", "compression": "gzip", "encryption": false}'));
    this.#paths = Object.keys(await treeOf(this.source));
    return data;
  }

  async #describe(data: Buffer, before: readonly string[]): Promise<void> {
    const id = this.id(this.#levels);
    const now = new Set(this.#paths);
    const deleted = before.filter((path) => !now.has(path)).map((path) => ({ kind: 'deleted', path }) as const);
    const held = (await this.#read(data)).filter((entry): entry is IndexEntry => entry.kind === 'held');
    async function* batches(): AsyncGenerator<readonly IndexEntry[]> {
      yield held;
      yield deleted;
    }
    const index = writeIndex(batches(), { workDir: await this.context.work.folder('index'), replacesAll: id.level === 0 });
    const pieces = hashPieces(once(data));
    await collect(pieces.stream, { maxBytes: 1e9 });
    this.#put('pieces', pieces.digests());
    this.#put('index', await collect(index.stream, { maxBytes: 1e9 }));
    const manifest = encodeManifest(
      documentOf(id, this.#base, (name) => this.#get(name), index.counts()),
      undefined,
    );
    this.#put('manifest', manifest);
    this.#base = sha256Hex(manifest);
  }

  async #read(data: Buffer): Promise<ArchivedEntry[]> {
    const read = await PLAIN_TAR.read?.({ workDir: await this.context.work.folder('lab') });
    if (read === undefined) throw new TypeError('the engine reads');
    const gunzip = { kind: 'program', name: 'gzip', command: 'gzip', args: ['-dc'] } as const;
    const joined = joinStages([gunzip, ...read.stages], { input: once(data), storageAt: 'start' });
    await joined.done;
    const found: ArchivedEntry[] = [];
    for await (const entry of (await read.finish(await joined.exits)).entries()) found.push(entry);
    return found;
  }

  #put(name: ObjectName, bytes: Buffer): Buffer {
    this.storage.objects.set(objectKey('tar', 'alpha_home', this.id(this.#levels), name), bytes);
    return bytes;
  }

  #get(name: ObjectName): Buffer {
    return this.storage.objects.get(objectKey('tar', 'alpha_home', this.id(this.#levels), name)) ?? Buffer.alloc(0);
  }

  request(target: string, change: Partial<RestoreRequest> = {}): RestoreRequest {
    return { set: SET, target, at: undefined, overwrite: true, prune: false, verifyFirst: false, trust: TRUST, dryRun: false, ...change };
  }

  /** Makes the source what a tree says, without touching what is right already. */
  async write(root: string, tree: Tree): Promise<void> {
    for (const [path, what] of Object.entries(tree)) {
      const place = join(root, path);
      await mkdir(what === 'd' ? place : dirname(place), { recursive: true });
      if (what.startsWith('f ')) await writeFile(place, what.slice(2));
    }
  }
}

/** Everything below a folder. */
export async function treeOf(root: string, below = ''): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of (await readdir(join(root, below))).toSorted()) {
    const path = below === '' ? name : `${below}/${name}`;
    const found = await lstat(join(root, path));
    if (found.isDirectory()) Object.assign(tree, { [path]: 'd' }, await treeOf(root, path));
    else tree[path] = found.isSymbolicLink() ? `l ${await readlink(join(root, path))}` : `f ${await readFile(join(root, path), 'latin1')}`;
  }
  return tree;
}

/** Sets the device numbers of a snapshot file to 0, so that tar looks for no renamed directories. */
async function forgetDevices(path: string): Promise<void> {
  const text = await readFile(path, 'latin1');
  const start = text.indexOf('\n') + 1;
  const fields = text.slice(start).split('\0');
  // The time of the backup comes before the first directory.
  for (let at = 2; at + 6 < fields.length; ) {
    fields[at + 3] = '0';
    at += 6;
    while (fields[at] !== '') at += 1;
    at += 2;
  }
  await writeFile(path, text.slice(0, start) + fields.join('\0'), 'latin1');
}

/** The manifest of a level that nobody vouches for. */
function documentOf({ t0, level, t }: LevelId, base: string | null, get: (name: ObjectName) => Buffer, counts: IndexCounts): Manifest {
  const digested = (name: ObjectName) => ({ size: get(name).length, sha256: sha256Hex(get(name)) });
  const { files, directories, links, others, deleted, lines } = counts;
  return {
    format: 1,
    identity: { host: SET.host, name: SET.name, engine: SET.engine, t0, level, t },
    base: level === 0 ? null : { level: level - 1, t: t - 1, manifest: base },
    started_at: '2026-11-20T00:00:00Z',
    finished_at: '2026-11-20T00:00:01Z',
    source: { kind: 'path', path: '/source' },
    options: { compression: 'gzip', encryption: null, hide_names: false, exclude: [], dereference_symlink: '', one_file_system: true },
    archive_bytes: 0,
    counts: { files, directories, links, others, deleted, entries: lines },
    skipped: 0,
    incomplete: 0,
    complete: true,
    result: 'success',
    reasons: [],
    client_version: '0.0.0',
    objects: {
      data: { size: get('data').length },
      pieces: digested('pieces'),
      index: digested('index'),
      engine_metadata: digested('engine_metadata'),
      metadata: digested('metadata'),
    },
  };
}
