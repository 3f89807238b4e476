import { changeDocument } from '../documents/change-document.ts';
import type { Item } from '../documents/item.ts';
import { isObject, merged } from '../documents/merge.ts';
import type { Answer } from '../http/answer.ts';
import type { Exchange } from '../http/exchange.ts';
import { badRequest, notFound } from '../http/problem.ts';
import { settled } from './settled.ts';

const EVENTS = ['start', 'stop', 'abort'];

/** What an event makes of a schedule; undefined when it was asked for already. A start begins anew: status and result are emptied. */
function withEvent(schedule: Item, event: string): Item | undefined {
  if (schedule['event'] === event) return undefined;
  return event === 'start' ? { ...schedule, event, status: '', result: '' } : settled({ ...schedule, event });
}

/** POST of an event: leaves it in the job, until the scheduler has seen it. */
export async function postEvent(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('job_id');
  const [event] = Object.keys(await exchange.object());
  if (event === undefined) throw badRequest('Bad event request format');
  if (!EVENTS.includes(event)) throw badRequest('Bad Action Method');
  let isNew = false;
  const stored = await changeDocument(exchange.api.jobs, id, exchange.scope, (document, { owner }) => {
    const schedule = withEvent(isObject(document['job_schedule']) ? document['job_schedule'] : {}, event);
    isNew = schedule !== undefined;
    const { userId } = exchange.owner;
    return schedule && { document: merged(document, { job_schedule: schedule, user_id: userId }), owner: { ...owner, userId } };
  });
  if (!stored) throw notFound();
  return { status: 202, body: { result: isNew ? 'success' : `${event} already requested` } };
}
