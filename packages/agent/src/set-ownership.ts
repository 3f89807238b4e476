import type { SetId } from '@freezer/core';
import type { ChainView } from './chain-view.ts';

/**
 * Whose a set is when it is not `set`'s, in words; undefined when it is, or when no manifest tells. Host and name are joined to one name on the
 * storage: `a_b` and `c` is `a` and `b_c`.
 */
export function otherOwner(views: readonly ChainView[], set: SetId): string | undefined {
  const owners = views.flatMap(({ levels }) => levels.flatMap(({ manifest }) => manifest?.document.identity ?? []));
  const other = owners.at(-1);
  if (other === undefined || owners.some(({ host, name }) => host === set.host && name === set.name)) return undefined;
  return `host '${other.host}' and backup name '${other.name}'`;
}
