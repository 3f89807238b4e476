import { type ByteStream, displayPath, type EngineFile, type EngineFileRequest, FreezerError } from '@freezer/core';
import { MemberSelection } from '../member-selection.ts';
import { readMembers, type TarMember } from './tar-members.ts';

const ZEROS = Buffer.alloc(64 * 1024);

/** Describes the reading of one file out of an archive, without any program. */
export function openPortableFile({ path }: EngineFileRequest): EngineFile {
  const selection = new MemberSelection({
    async *entries() {
      yield { path };
    },
    stagingPath: '',
  });
  return {
    stages: [selection.stage, { kind: 'transform', name: 'tar reader', apply: contentOf }],
    finish: async () => {
      for await (const entry of selection.missing()) throw new FreezerError('not_found', `tar: ${displayPath(entry.path)} is not in the archive`);
    },
  };
}

async function* contentOf(body: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const member of readMembers(body)) {
    if (member.extents) yield* withHoles(member);
    else if (member.entry.type === 'file') yield* member.data.chunks();
  }
}

async function* withHoles({ extents = [], data, entry }: TarMember): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  for (const { offset, length } of extents) {
    yield* zeros(offset - at);
    for (let left = length; left > 0; ) {
      const chunk = await data.some(left);
      left -= chunk.length;
      yield chunk;
    }
    at = offset + length;
  }
  yield* zeros(entry.size - at);
}

function* zeros(length: number): Generator<Uint8Array, void, undefined> {
  for (let left = length; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
}
