import { FreezerError, type Stored } from '@freezer/core';
import { demandMatch } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Item } from './item.ts';

/** POST under an id: replaces what is there, else makes it. What somebody makes at the same moment is replaced, too; `taken` says that it is somebody else's. */
export async function replaceOrCreate(
  exchange: Exchange,
  replace: () => Promise<Stored<Item> | undefined>,
  create: () => Promise<Stored<Item>>,
  taken: unknown,
): Promise<Stored<Item>> {
  for (let isFirst = true; ; isFirst = false) {
    const replaced = await replace();
    if (replaced) return replaced;
    demandMatch(exchange, undefined);
    try {
      return await create();
    } catch (error) {
      if (!FreezerError.is(error, 'already_exists')) throw error;
      if (!isFirst) throw taken;
    }
  }
}
