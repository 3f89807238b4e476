import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from './make-folders.ts';

/** What this host remembers of its last point of a set: a storage that has less lost it, or somebody took it away. */
export interface PointRecord {
  readonly storage: string;
  readonly engine: string;
  readonly set: string;
  readonly t0: number;
  readonly level: number;
  readonly t: number;
  /** SHA-256 of its manifest, in hex. */
  readonly manifest: string;
}

export type RecordedSet = Pick<PointRecord, 'storage' | 'engine' | 'set'>;

function fileOf(stateDir: string, { storage, engine, set }: RecordedSet): string {
  return join(stateDir, 'points', `${createHash('sha256').update(`${storage}\0${engine}\0${set}`).digest('hex').slice(0, 32)}.json`);
}

/** Undefined when there is none, or none that can be read. */
export async function readPointRecord(stateDir: string, set: RecordedSet): Promise<PointRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(fileOf(stateDir, set), 'utf8'));
    const isRecord =
      typeof value === 'object' && value !== null && 't' in value && typeof value.t === 'number' && 'manifest' in value && typeof value.manifest === 'string';
    return isRecord ? (value as PointRecord) : undefined;
  } catch {
    // It only serves a warning: without it nothing is lost but that.
    return undefined;
  }
}

export async function writePointRecord(stateDir: string, record: PointRecord): Promise<void> {
  const file = fileOf(stateDir, record);
  await makeFolders(join(stateDir, 'points'), 0o700);
  await writeFile(`${file}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The host forgets its last point: it was removed on purpose. */
export async function forgetPointRecord(stateDir: string, set: RecordedSet): Promise<void> {
  await rm(fileOf(stateDir, set), { force: true });
}
