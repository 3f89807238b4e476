import type { JobChange, JobDocument, JobRequest } from '@freezer/models';
import type { Caller, CallOptions } from '../caller.ts';
import type { ListOptions } from '../list-query.ts';
import { textOf } from '../text-of.ts';
import { Collection, type Root, type WriteOptions, type Written } from './collection.ts';

/** What may be asked of a job. It stays in `job_schedule.event` until the scheduler has seen it. */
export type JobEvent = 'start' | 'stop' | 'abort';

/** `success`, or `start already requested` and the like. */
export interface EventAnswer {
  readonly result: string;
}

export interface JobListOptions extends ListOptions {
  /** Only jobs of this client. */
  readonly clientId?: string;
  /** Jobs of every project, for administrators and services. */
  readonly allProjects?: boolean;
}

/** What clients do, and when. */
export class Jobs extends Collection<JobDocument, JobListOptions> {
  constructor(caller: Caller, root: Root) {
    super(caller, root, { plural: 'jobs', singular: 'job', idKey: 'job_id' });
  }

  /** Creates a job and its actions. With an id, of the document or as option, the job of that id is created or replaced. */
  async create(job: JobRequest, options: WriteOptions & { readonly id?: string } = {}): Promise<Written> {
    const { id, ...rest } = options;
    return this.post(job, id ?? (job.job_id || undefined), rest);
  }

  /** Changes what is named, and nothing else; Python's servers also empty `job_schedule` when it is not named. */
  async update(id: string, change: JobChange, options: WriteOptions = {}): Promise<Written> {
    return this.change(id, change, options);
  }

  async start(id: string, options: CallOptions = {}): Promise<EventAnswer> {
    return this.request(id, 'start', options);
  }

  async stop(id: string, options: CallOptions = {}): Promise<EventAnswer> {
    return this.request(id, 'stop', options);
  }

  async abort(id: string, options: CallOptions = {}): Promise<EventAnswer> {
    return this.request(id, 'abort', options);
  }

  /** Leaves a wish for the scheduler of the job's client. */
  async request(id: string, wish: JobEvent, options: CallOptions = {}): Promise<EventAnswer> {
    const { document } = await this.caller.json({
      ...options,
      method: 'POST',
      url: await this.urlOf(options, id, 'event'),
      purpose: `${wish} job ${id}`,
      expected: [202],
      body: { [wish]: null },
    });
    return { result: textOf(document['result']) };
  }

  protected override prepared({ clientId, allProjects, ...options }: JobListOptions = {}): ListOptions {
    return {
      ...options,
      ...(clientId !== undefined && { filters: { ...options.filters, client_id: clientId } }),
      ...(allProjects !== undefined && { query: { ...options.query, all_projects: String(allProjects) } }),
    };
  }
}
