import {
  type ArchiveBackup,
  type ByteStream,
  displayPath,
  type Engine,
  type EngineBackupRequest,
  type EngineFile,
  type EngineFileRequest,
  type EnginePlugin,
  type EngineRead,
  type EngineReadRequest,
  type EngineRestore,
  type EngineRestoreRequest,
  FreezerError,
} from '@freezer/core';
import { readSavedFile } from './saved-file.ts';
import { openStreamBackup } from './stream-backup.ts';
import { openStreamRestore } from './stream-restore.ts';

class StreamEngine implements Engine {
  readonly name = 'stream';
  readonly capabilities = { incremental: false, readable: true, selective: true } as const;

  async backup(request: EngineBackupRequest): Promise<ArchiveBackup> {
    return openStreamBackup(request);
  }

  restore(request: EngineRestoreRequest): Promise<EngineRestore> {
    return openStreamRestore(request);
  }

  async readFile({ path, metadata }: EngineFileRequest): Promise<EngineFile> {
    const file = readSavedFile(metadata);
    if (file.path !== path) throw new FreezerError('not_found', `stream: ${displayPath(path)} is not in the level; it holds ${displayPath(file.path)}`);
    // The bytes of the level are the file.
    return { stages: [], finish: async () => undefined };
  }

  async read({ metadata = {} }: EngineReadRequest): Promise<EngineRead> {
    const file = readSavedFile(metadata);
    let size = 0;
    const take = async (body: ByteStream): Promise<void> => {
      for await (const chunk of body) size += chunk.length;
    };
    async function* entries() {
      yield { ...file, size };
    }
    return { stages: [{ kind: 'sink', name: displayPath(file.path), take }], finish: async () => ({ entries }) };
  }
}

/** The engine `stream`: the bytes of a source that is a stream, as one file, always in full. It takes no settings. */
export const streamEngine: EnginePlugin<Readonly<Record<string, never>>> = {
  kind: 'stream',
  settings: { parse: () => ({}) },
  open: async () => new StreamEngine(),
};
