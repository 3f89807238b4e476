import type { Item } from '../documents/item.ts';

/**
 * A schedule as it is written: of a completed job there is nothing to stop or to abort, and no scheduler asks for it any more, so such an event
 * would stand there for ever. A start stays: it makes the job begin anew.
 */
export function settled(schedule: Item): Item {
  const { status, event } = schedule;
  return status === 'completed' && (event === 'stop' || event === 'abort') ? { ...schedule, event: '' } : schedule;
}
