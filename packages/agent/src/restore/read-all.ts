import type { Stage } from '@freezer/core';
import type { LevelReader, OpenedLevel } from '@freezer/format';
import { joinStages } from '@freezer/subprocess';
import type { RunContext } from '../run-context.ts';

/** Takes everything and keeps nothing: the end of a trial. */
const NOWHERE: Stage = {
  kind: 'sink',
  name: 'nowhere',
  async take(body) {
    for await (const chunk of body) void chunk;
  },
};

/** Reads the data of a level to its end and checks it: by its pieces, or, where it has none, by decoding it. Fails with `corrupt`. */
export async function readAll(context: RunContext, reader: LevelReader, opened: OpenedLevel, decode: readonly Stage[]): Promise<void> {
  const { signal } = context;
  const input = reader.data(opened, { signal });
  const stages = opened.manifest === undefined ? [...decode, NOWHERE] : [NOWHERE];
  await joinStages(stages, { input, storageAt: 'start', signal }).done;
}
