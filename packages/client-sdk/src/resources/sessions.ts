import type { SessionChange, SessionDocument, SessionRequest } from '@freezer/models';
import type { Caller, CallOptions } from '../caller.ts';
import { textOf } from '../text-of.ts';
import { Collection, type Root, type WriteOptions, type Written } from './collection.ts';

/** `success`, `hold-off` or `out-of-sync`, and the tag that the session has now. */
export interface SessionAnswer {
  readonly result: string;
  readonly sessionTag: number | undefined;
  /** Epoch seconds of the server's clock; our server says it to those who tell their planned time. */
  readonly time: number | undefined;
}

/** A member that begins. */
export interface SessionStart {
  readonly jobId: string;
  /** Of the round that it knows. */
  readonly tag: number;
  /** When its run was to begin by the schedule, epoch seconds; servers of Python do not look at it. */
  readonly plannedTime?: number | undefined;
}

/** Jobs on several clients that start together. */
export class Sessions extends Collection<SessionDocument> {
  constructor(caller: Caller, root: Root) {
    super(caller, root, { plural: 'sessions', singular: 'session', idKey: 'session_id' });
  }

  /** With an id, of the document or as option, the session of that id is created or replaced. */
  async create(session: SessionRequest, options: WriteOptions & { readonly id?: string } = {}): Promise<Written> {
    const { id, ...rest } = options;
    return this.post(session, id ?? (session.session_id || undefined), rest);
  }

  async update(id: string, change: SessionChange, options: WriteOptions = {}): Promise<Written> {
    return this.change(id, change, options);
  }

  /** The job takes the session's schedule and tag. */
  async addJob(id: string, jobId: string, options: CallOptions = {}): Promise<void> {
    await this.caller.send({
      ...options,
      method: 'PUT',
      url: await this.urlOf(options, id, 'jobs', jobId),
      purpose: `add job ${jobId} to session ${id}`,
      expected: [204],
    });
  }

  /** The job is asked to stop. */
  async removeJob(id: string, jobId: string, options: CallOptions = {}): Promise<void> {
    await this.caller.send({
      ...options,
      method: 'DELETE',
      url: await this.urlOf(options, id, 'jobs', jobId),
      purpose: `remove job ${jobId} from session ${id}`,
      expected: [204],
    });
  }

  /** A member says that it starts its run with number `tag`. */
  async start(id: string, { jobId, tag, plannedTime }: SessionStart, options: CallOptions = {}): Promise<SessionAnswer> {
    const start = { job_id: jobId, current_tag: tag, ...(plannedTime !== undefined && { planned_time: plannedTime }) };
    return this.#act(id, `start job ${jobId} in session ${id}`, { start }, options);
  }

  /** A member says how its run with number `tag` ended. */
  async end(
    id: string,
    { jobId, tag, result }: { readonly jobId: string; readonly tag: number; readonly result: string },
    options: CallOptions = {},
  ): Promise<SessionAnswer> {
    return this.#act(id, `end job ${jobId} in session ${id}`, { end: { job_id: jobId, current_tag: tag, result } }, options);
  }

  async #act(id: string, purpose: string, body: object, options: CallOptions): Promise<SessionAnswer> {
    const { document } = await this.caller.json({ ...options, method: 'POST', url: await this.urlOf(options, id, 'action'), purpose, expected: [202], body });
    const { result, session_tag: tag, time } = document;
    return { result: textOf(result), sessionTag: typeof tag === 'number' ? tag : undefined, time: typeof time === 'number' ? time : undefined };
  }
}
