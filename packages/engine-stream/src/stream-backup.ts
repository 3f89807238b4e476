import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveBackup, bytePathOf, counted, type EngineBackupRequest, FreezerError, type HeldEntry } from '@freezer/core';
import { checkFileName, fileKeys } from './saved-file.ts';

const NANOSECONDS = 1_000_000_000n;

/** Describes the saving of a stream. Fails with `unsupported` for a source that is none, and with `invalid` for a name that no file can have. */
export function openStreamBackup({ source, workDir }: EngineBackupRequest): ArchiveBackup {
  const { bytes, resource } = source;
  if (bytes === undefined) throw new FreezerError('unsupported', `engine stream: saves what a stream gives, not a ${source.kind}`);
  checkFileName(resource);
  let size = 0;
  const count = { kind: 'transform', name: resource, apply: (body: AsyncIterable<Uint8Array>) => counted(body, (length) => void (size += length)) } as const;
  const finish = async () => {
    const statePath = join(workDir, 'state');
    // No level is ever made upon this one.
    await writeFile(statePath, '', { mode: 0o600 });
    const held: HeldEntry = {
      kind: 'held',
      path: bytePathOf(resource),
      type: 'file',
      size,
      mtimeNs: BigInt(Math.floor(Date.now() / 1000)) * NANOSECONDS,
      mode: 0o600,
      uid: process.geteuid?.() ?? 0,
      gid: process.getegid?.() ?? 0,
    };
    async function* entryBatches() {
      yield [held];
    }
    return { statePath, entryBatches, replacesAll: true, archiveBytes: size, metadata: fileKeys(held) };
  };
  return { kind: 'archive', compressible: true, stages: [bytes, count], reached: async () => bytePathOf(resource), finish };
}
