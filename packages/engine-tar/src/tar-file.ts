import { displayPath, type EngineFile, type EngineFileRequest, FreezerError } from '@freezer/core';
import { MemberSelection } from './member-selection.ts';
import { fileArguments, TAR_ENVIRONMENT } from './tar-arguments.ts';
import { checkTarExit } from './tar-exit.ts';

/** Describes the reading of one file out of an archive. */
export function openTarFile({ path }: EngineFileRequest, program: string): EngineFile {
  const selection = new MemberSelection({
    async *entries() {
      yield { path };
    },
    stagingPath: '',
  });
  return {
    // Without a list of what may go wrong tar has to end with 0.
    stages: [selection.stage, { kind: 'program', name: 'tar', command: program, args: fileArguments(), env: TAR_ENVIRONMENT }],
    finish: async (exits) => {
      checkTarExit(exits, 'the reading of a file', [], 0);
      for await (const entry of selection.missing()) throw new FreezerError('not_found', `tar: ${displayPath(entry.path)} is not in the archive`);
    },
  };
}
