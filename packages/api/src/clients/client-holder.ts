import type { Item } from '../documents/item.ts';
import { isObject } from '../documents/merge.ts';

/** A client counts as gone after so many of its intervals without a sign of life, and not before `SHORTEST_SILENCE` seconds. */
const SILENT_INTERVALS = 3;
const SHORTEST_SILENCE = 30;
/** Of a scheduler that does not say how often it polls. */
const INTERVAL = 60;
/** Seconds for which a client is shown as conflicting after the other one came last. */
const CONFLICT_SHOWN = 600;

/** What becomes of the client; `refused`: another scheduler that is alive has the id, and only that is noted. */
export interface Claimed {
  readonly client: Item;
  readonly refused: boolean;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/**
 * What a scheduler makes of a client by saying who it is (`instance_uuid`). The first one is the client until it says good-bye, is silent for three of its
 * intervals, or is named in `replaces` by another that has seen its process end. All times are of the server's clock. Those that say nothing, as
 * schedulers of Python and people, change nothing of this.
 */
export function claimed(client: Item, said: Item, now: number): Claimed {
  const instance = textOf(said['instance_uuid']);
  if (instance === '') return { client, refused: false };
  const holder = textOf(client['instance_uuid']);
  if (holder !== '' && holder !== instance && said['replaces'] !== holder && isAlive(client, now)) {
    const conflict = { instance_uuid: instance, hostname: said['hostname'] ?? null, last_seen: now };
    return { client: { ...client, conflict }, refused: true };
  }
  const { poll_interval: interval, process, state = 'running' } = said;
  return {
    client: {
      ...client,
      instance_uuid: instance,
      last_seen: now,
      state,
      conflict: conflictOf(client, instance, now),
      ...(interval !== undefined && { poll_interval: interval }),
      ...(process !== undefined && { process }),
    },
    refused: false,
  };
}

/**
 * Whether its scheduler said good-bye, or fell silent. Of one that never says that it is there nobody knows, and it is not. `listening`: since when
 * this server hears anybody; silence before counts for nothing.
 */
export const isGone = (client: Item, now: number, listening: number): boolean => textOf(client['instance_uuid']) !== '' && !isAlive(client, now, listening);

function isAlive(client: Item, now: number, listening = 0): boolean {
  if (client['state'] === 'stopped') return false;
  const silence = Math.max(SHORTEST_SILENCE, SILENT_INTERVALS * numberOf(client['poll_interval'], INTERVAL));
  return now - Math.max(listening, numberOf(client['last_seen'], 0)) <= silence;
}

/** The other one is forgotten when it has become the client, or came long ago. */
function conflictOf(client: Item, instance: string, now: number): Item | null {
  const { conflict } = client;
  if (!isObject(conflict) || conflict['instance_uuid'] === instance) return null;
  return now - numberOf(conflict['last_seen'], 0) > CONFLICT_SHOWN ? null : conflict;
}
