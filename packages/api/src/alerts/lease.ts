import { type DocumentStore, FreezerError } from '@freezer/core';
import type { Item } from '../documents/item.ts';

const NOBODY = { projectId: '', userId: '' };

export interface LeaseRequest {
  /** What is to be done by one process at a time. */
  readonly name: string;
  /** Who asks: another one for each process. */
  readonly holder: string;
  /** How long it holds when it is not asked for again. */
  readonly seconds: number;
  /** Epoch seconds. */
  readonly now: number;
}

/** Takes or renews a lease in the store; false: another process holds it. */
export async function holdLease(leases: DocumentStore<Item>, { name, holder, seconds, now }: LeaseRequest): Promise<boolean> {
  const id = `lease/${name}`;
  const document = { kind: 'lease', holder, until: now + seconds };
  const stored = await leases.get(id, {});
  try {
    if (!stored) await leases.create(id, document, NOBODY);
    else if (stored.document['holder'] === holder || Number(stored.document['until']) <= now) await leases.replace(id, document, NOBODY, stored);
    else return false;
    return true;
  } catch (error) {
    if (FreezerError.is(error, 'conflict') || FreezerError.is(error, 'already_exists') || FreezerError.is(error, 'not_found')) return false;
    throw error;
  }
}

/** Gives it back, so that the next one need not wait. */
export async function releaseLease(leases: DocumentStore<Item>, name: string, holder: string): Promise<void> {
  const stored = await leases.get(`lease/${name}`, {});
  if (stored?.document['holder'] !== holder) return;
  try {
    await leases.remove(stored.id, stored);
  } catch (error) {
    if (!FreezerError.is(error, 'conflict')) throw error;
  }
}
