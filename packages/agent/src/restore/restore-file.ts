import { displayPath, FreezerError, type SinkStage } from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { dataBytes } from '../data-bytes.ts';
import { decodeStages } from '../decode-stages.ts';
import type { PathMatch } from '../path-match.ts';
import type { RunContext } from '../run-context.ts';
import { choosePoint } from './choose-point.ts';
import { openHistory } from './open-history.ts';
import type { HistoryEntry } from './point-history.ts';
import { checkAllMatched, matchOf } from './restore-part.ts';
import type { PartRequest } from './restore-request.ts';

/**
 * Writes the content of the one file that the request's path means. Only the level that holds it is read. Fails with `invalid` when the path means
 * several things or none that has a content; what was written before a failure is whole up to there, and wrong in nothing.
 */
export async function restoreFile(
  context: RunContext,
  request: Pick<PartRequest, 'set' | 'at' | 'point' | 'trust' | 'paths'>,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const { engine, signal, passphrases, work } = context;
  const point = await choosePoint(context, request);
  const match = matchOf(request, point);
  const history = await openHistory(context, request.set, point);
  const { entry, level, stored } = await onlyFile(match, history.point(point.levels.length - 1));
  const opened = point.levels[level];
  const isLink = entry.type === 'link';
  const path = isLink ? (stored?.target ?? entry.target) : (stored?.path ?? entry.path);
  if (opened === undefined || path === undefined) throw new TypeError('restoreFile: an entry lies in a level that the point has not');
  const file = await engine.readFile?.({ workDir: await work.folder('restore-file'), path, metadata: opened.metadata, signal });
  if (file === undefined) throw new FreezerError('unsupported', `--to-stdout: engine ${engine.name} restores whole backups only`);
  context.progress.expect(dataBytes([opened.level]));
  const decode = await decodeStages({ reader: point.reader, opened, passphrases }, { signal });
  const sink: SinkStage = {
    kind: 'sink',
    name: 'standard output',
    async take(body) {
      for await (const chunk of body) await write(chunk);
    },
  };
  const joined = joinStages([...decode, ...file.stages, sink], { input: point.reader.data(opened, { signal }), storageAt: 'start', signal });
  await joined.done;
  await file.finish(await joined.exits);
}

async function onlyFile(match: PathMatch, point: AsyncIterable<HistoryEntry>): Promise<HistoryEntry> {
  let found: HistoryEntry | undefined;
  for await (const item of point) {
    if (!match.accepts(item.entry.path)) continue;
    if (found)
      throw new FreezerError('invalid', `--to-stdout writes one file, but ${displayPath(found.entry.path)} and ${displayPath(item.entry.path)} are meant`);
    found = item;
  }
  checkAllMatched(match);
  if (found === undefined) throw new FreezerError('not_found', '--to-stdout: the backup holds no such path; show lists them');
  const { type, path } = found.entry;
  if (type !== 'file' && type !== 'link') throw new FreezerError('invalid', `--to-stdout: ${displayPath(path)} is no file but a ${type}`);
  return found;
}
