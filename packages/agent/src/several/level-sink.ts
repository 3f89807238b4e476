import type { LevelWriter } from '@freezer/format';

/** Where the objects of a level in the making go: one storage, or several at once. */
export type LevelSink = Pick<LevelWriter, 'id' | 'put' | 'putUnhashed'>;
