import { FreezerError, messageOf } from '@freezer/core';

/** What a level was to stand on turned out to be damaged, which neither the listing nor the manifests told. */
export class DamagedChain extends FreezerError {
  constructor(cause: unknown) {
    super('corrupt', messageOf(cause), { cause });
  }
}

/** Does what reads of a chain, and nothing else that may be damaged. Fails with `DamagedChain`, or as the reading does. */
export async function readingChain<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw FreezerError.is(error, 'corrupt') ? new DamagedChain(error) : error;
  }
}
