import type { RunDocument, RunRequest } from '@freezer/models';
import type { Caller, CallOptions } from '../caller.ts';
import type { ListOptions } from '../list-query.ts';
import { Collection, type Root } from './collection.ts';

export interface RunListOptions extends ListOptions {
  readonly clientId?: string;
  readonly jobId?: string;
  /** `success`, `partial`, `fail`, `aborted`. */
  readonly result?: string;
}

/** What each run of a job did; the server adds one whenever a result comes in. Our server only, version 2. */
export class Runs extends Collection<RunDocument, RunListOptions> {
  constructor(caller: Caller, root: Root) {
    super(caller, root, { plural: 'runs', singular: 'run', idKey: 'run_id' });
  }

  /** Tells more of a run than the job's result does: log, sizes, reasons. Resolves with its id. */
  async create(run: RunRequest, options: CallOptions = {}): Promise<string> {
    return (await this.post(run, undefined, options)).id;
  }

  protected override prepared({ clientId, jobId, result, ...options }: RunListOptions = {}): ListOptions {
    const filters = {
      ...options.filters,
      ...(clientId !== undefined && { client_id: clientId }),
      ...(jobId !== undefined && { job_id: jobId }),
      ...(result !== undefined && { result }),
    };
    return { ...options, ...(Object.keys(filters).length > 0 && { filters }) };
  }
}
