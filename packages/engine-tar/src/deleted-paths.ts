import { stat } from 'node:fs/promises';
import type { BytePath, CallOptions } from '@freezer/core';
import { isMissingInParent, joinPath, type LeftOut, namesOf, splitPath } from './left-out.ts';
import { directoryOf, openSnapshot, type SnapshotRecord } from './snapshot-file.ts';

/** Of the new snapshot file, about this much is held at a time; a larger one is compared in several passes. */
const PASS_BYTES = 8 * 1024 * 1024;

export interface ComparisonRequest extends CallOptions {
  readonly basePath: string;
  readonly snapshotPath: string;
  /** What lies below these is not known to be gone. */
  readonly leftOut: LeftOut;
  /** For tests. */
  readonly passBytes?: number;
}

/** Each path that the snapshot file of the base knows and the new one does not, once. */
export async function* deletedPaths(request: ComparisonRequest): AsyncGenerator<BytePath, void, undefined> {
  const { size } = await stat(request.snapshotPath);
  const passes = Math.max(1, Math.ceil(size / (request.passBytes ?? PASS_BYTES)));
  for (let pass = 0; pass < passes; pass += 1) yield* onePass(request, (folder) => passes === 1 || shareOf(folder, passes) === pass);
}

/** The same folder always falls into the same pass (FNV-1a). */
function shareOf(folder: BytePath, passes: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < folder.length; at += 1) hash = Math.imul(hash ^ folder.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % passes;
}

async function* onePass(request: ComparisonRequest, isMine: (folder: BytePath) => boolean): AsyncGenerator<BytePath, void, undefined> {
  const lists = await newLists(request, isMine);
  const base = await openSnapshot(request.basePath, request);
  if (base === undefined) return;
  for await (const record of base.records()) {
    const folder = directoryOf(record);
    if (isMine(folder)) yield* goneFrom(folder, record, lists.get(folder), request.leftOut);
    if (isMissingInParent(record)) yield* goneItself(folder, lists, isMine, request.leftOut);
  }
}

async function newLists(request: ComparisonRequest, isMine: (folder: BytePath) => boolean): Promise<Map<BytePath, string>> {
  const lists = new Map<BytePath, string>();
  const snapshot = await openSnapshot(request.snapshotPath, request);
  if (snapshot === undefined) return lists;
  for await (const record of snapshot.records()) {
    const folder = directoryOf(record);
    if (isMine(folder)) lists.set(folder, record.list);
  }
  return lists;
}

function* goneFrom(folder: BytePath, record: SnapshotRecord, list: string | undefined, leftOut: LeftOut): Generator<BytePath, void, undefined> {
  if (record.list === '' || list === record.list) return;
  if (list === undefined && leftOut.rootOf(folder) !== undefined) return;
  const present = new Set(list === undefined ? [] : namesOf(list));
  for (const name of namesOf(record.list)) {
    if (!present.has(name)) yield joinPath(folder, name);
  }
}

function* goneItself(
  path: BytePath,
  lists: ReadonlyMap<BytePath, string>,
  isMine: (folder: BytePath) => boolean,
  leftOut: LeftOut,
): Generator<BytePath, void, undefined> {
  const { folder, name } = splitPath(path);
  if (!isMine(folder) || path === '.') return;
  const list = lists.get(folder);
  if (list === undefined && leftOut.rootOf(folder) !== undefined) return;
  if (list === undefined || !namesOf(list).includes(name)) yield path;
}
