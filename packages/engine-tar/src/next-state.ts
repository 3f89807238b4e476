import { writeFile } from 'node:fs/promises';
import type { BytePath, CallOptions } from '@freezer/core';
import { forgotten, isMissingInParent, joinPath, type LeftOut, missingInParent, namesOf } from './left-out.ts';
import { beforeTick, directoryOf, openSnapshot, type Snapshot, type SnapshotRecord, snapshotName, writeSnapshot } from './snapshot-file.ts';

/** Copies a snapshot file with every device number set to 0, so that tar looks for no renamed directories. False when it says nothing. */
export async function writeStartingPoint(basePath: string, path: string, options: CallOptions): Promise<boolean> {
  const base = await openSnapshot(basePath, options);
  if (base === undefined) return false;
  await writeSnapshot(path, beforeTick(base.header), withoutDevices(base));
  return true;
}

async function* withoutDevices(snapshot: Snapshot): AsyncGenerator<SnapshotRecord> {
  for await (const record of snapshot.records()) yield { ...record, device: '0' };
}

export interface NextStateRequest extends CallOptions {
  /** The snapshot file of the base; undefined for a full. */
  readonly basePath: string | undefined;
  /** The one that tar wrote. */
  readonly snapshotPath: string;
  readonly statePath: string;
  readonly leftOut: LeftOut;
}

/**
 * Writes the state from which the next level starts: what tar wrote, with device numbers 0, and changed so that what was left out is saved
 * by the next level. What the base knew of it stays known, so that a later deletion is still seen.
 */
export async function writeNextState(request: NextStateRequest): Promise<void> {
  const snapshot = await openSnapshot(request.snapshotPath, request);
  if (snapshot === undefined) return writeFile(request.statePath, '', { mode: 0o600 });
  await writeSnapshot(request.statePath, snapshot.header, nextRecords(snapshot, request));
}

async function* nextRecords(snapshot: Snapshot, request: NextStateRequest): AsyncGenerator<SnapshotRecord> {
  const { leftOut } = request;
  const written = new Set<BytePath>();
  for await (const record of snapshot.records()) {
    const folder = directoryOf(record);
    const list = withoutNames(record.list, folder, leftOut);
    if (leftOut.has(folder)) written.add(folder);
    yield leftOut.losesDirectory(folder) ? missingInParent({ ...record, list }) : { ...record, device: '0', list };
  }
  if (leftOut.size === 0) return;
  const known = new Set<BytePath>();
  yield* carriedOver(request, written, known);
  for (const path of leftOut.paths()) {
    if (!written.has(path) && path !== '.' && (known.has(path) || leftOut.isHeld(path))) yield placeHolder(path);
  }
}

/** The records of the base for directories that could not be read this time; `known` gets what the base had of what was left out. */
async function* carriedOver({ basePath, leftOut, ...options }: NextStateRequest, written: Set<BytePath>, known: Set<BytePath>): AsyncGenerator<SnapshotRecord> {
  const base = basePath === undefined ? undefined : await openSnapshot(basePath, options);
  if (base === undefined) return;
  const scanned = new Set(written);
  for await (const record of base.records()) {
    const folder = directoryOf(record);
    if (leftOut.namesIn(folder) !== undefined) {
      for (const name of namesOf(record.list)) if (leftOut.has(joinPath(folder, name))) known.add(joinPath(folder, name));
    }
    const root = leftOut.rootOf(folder);
    if (root === undefined || scanned.has(root)) continue;
    if (root === folder) {
      written.add(folder);
      yield missingInParent(record);
    } else yield isMissingInParent(record) ? record : forgotten(record);
  }
}

const placeHolder = (path: BytePath): SnapshotRecord =>
  missingInParent({ nfs: '0', mtimeSeconds: '0', mtimeNanoseconds: '0', device: '0', inode: '0', name: snapshotName(path), list: '' });

function withoutNames(list: string, folder: BytePath, leftOut: LeftOut): string {
  const names = leftOut.namesIn(folder);
  if (names === undefined) return list;
  let kept = '';
  for (let at = 0; at < list.length; ) {
    const end = list.indexOf('\0', at) + 1;
    const name = list.slice(at + 1, end - 1);
    const isKeptDirectory = list[at] === 'D' && !leftOut.losesDirectory(joinPath(folder, name));
    if (!names.has(name) || isKeptDirectory) kept += list.slice(at, end);
    at = end;
  }
  return kept;
}
